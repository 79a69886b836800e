# Third-party libraries under one spelling each (`vendor::name`), all from Debian packages.
# Headers are SYSTEM, so that our warnings speak of our code only.
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(GTest REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(CLI11 REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(simdjson REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(CURL REQUIRED)
find_package(pugixml REQUIRED)

pkg_check_modules(libzstd REQUIRED IMPORTED_TARGET libzstd)
add_library(zstd::zstd ALIAS PkgConfig::libzstd)
pkg_check_modules(hiredis_pc REQUIRED IMPORTED_TARGET hiredis)
add_library(hiredis::hiredis ALIAS PkgConfig::hiredis_pc)
pkg_check_modules(sqlite3_pc REQUIRED IMPORTED_TARGET sqlite3)
add_library(sqlite3::sqlite3 ALIAS PkgConfig::sqlite3_pc)

pkg_check_modules(libpq_pc REQUIRED IMPORTED_TARGET libpq)
add_library(libpq::libpq ALIAS PkgConfig::libpq_pc)

# SOCI 4.0 in Debian ships no CMake package for all back ends; its libraries have stable names.
add_library(soci::sqlite3 INTERFACE IMPORTED)
target_link_libraries(soci::sqlite3 INTERFACE soci_core soci_sqlite3 sqlite3::sqlite3)
target_include_directories(soci::sqlite3 SYSTEM INTERFACE /usr/include/soci)

if(NOT TARGET yaml-cpp::yaml-cpp)
  add_library(yaml-cpp::yaml-cpp ALIAS yaml-cpp)
endif()
