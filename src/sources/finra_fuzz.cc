// Whatever the bytes, short interest is read without harm, and a row that is taken has a symbol of
// ours and no negative number of shares.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/ensure.h"
#include "sources/finra.h"
#include "store/rows.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bulwark::sources;  // NOLINT(google-build-using-namespace): a function's scope.
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const auto& page : {ParseFinraFile(text), ParseFinraJson(text)}) {
    if (page) {
      for (const auto& row : page->rows) {
        ENSURE(!bulwark::store::SymbolProblem(row.symbol) && row.shares >= 0);
      }
    }
  }
  return 0;
}
