// Whatever the bytes, a file of columns is read without harm, and one that is taken is written back
// byte for byte.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/ensure.h"
#include "store/columns.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bulwark::store;  // NOLINT(google-build-using-namespace): a function's scope.
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto file = ParseColumns(bytes)) {
    ENSURE(FormatColumns(file->series, file->bars) == bytes);
  }
  return 0;
}
