# Warnings are errors on every compiler we build with; sanitizers come from the presets.
add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion
  -Wnon-virtual-dtor -Wold-style-cast -Werror -fno-omit-frame-pointer)
# Designated initializers name what they set; what they leave out has its default in the struct.
add_compile_options(-Wno-missing-field-initializers)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # libstdc++ 12's own stable_sort uses what it marks as deprecated; only clang says so to its user.
  add_compile_options(-Wthread-safety -Wno-deprecated-declarations)
else()
  # GCC 12 reports false positives of these two in inlined library code at -O2 and above.
  add_compile_options(-Wno-maybe-uninitialized -Wno-restrict)
endif()

set(BULWARK_SANITIZE "" CACHE STRING "Value for -fsanitize=, empty for none")
if(BULWARK_SANITIZE)
  add_compile_options(-fsanitize=${BULWARK_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${BULWARK_SANITIZE})
  add_compile_definitions(_GLIBCXX_ASSERTIONS)
  if(BULWARK_SANITIZE STREQUAL "thread")
    # ThreadSanitizer does not understand fences, and GCC says so; Asio has a form without them, which
    # is enough where one thread runs each io_context, as all of ours do.
    add_compile_definitions(BOOST_ASIO_DISABLE_FENCED_BLOCK)
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
      add_compile_options(-Wno-tsan)
    endif()
  endif()
endif()

if(BULWARK_FUZZERS)
  # The libraries tell the fuzzer which branches an input reached; without it, it guesses blindly.
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

find_program(MOLD_LINKER mold)
if(MOLD_LINKER)
  add_link_options(-fuse-ld=mold)
endif()
find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()
