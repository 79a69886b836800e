// Whatever the bytes, a header and a row are read without harm, and a row that is taken keeps the
// promises of row_decoder.h. The first line of the input is the header, the rest is one row.

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <variant>

#include "base/ensure.h"
#include "market/feeds/replay/csv_rows.h"
#include "market/feeds/replay/row_decoder.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bulwark::market;  // NOLINT(google-build-using-namespace): a function's scope.
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t end = input.find('\n');
  const auto rows = CsvRows::FromHeader(input.substr(0, end));
  if (!rows || end == std::string_view::npos) {
    return 0;
  }
  const auto row = (*rows)->Decode(input.substr(end + 1));
  if (!row) {
    return 0;
  }
  if (const auto* tick = std::get_if<TickRow>(&*row)) {
    ENSURE(tick->price.is_positive() && !tick->size.is_negative() && !tick->symbol.empty());
  }
  if (const auto* bar = std::get_if<BarRow>(&*row)) {
    ENSURE(bar->low.is_positive() && bar->low <= bar->open && bar->open <= bar->high);
    ENSURE(bar->low <= bar->close && bar->close <= bar->high && !bar->volume.is_negative());
  }
  return 0;
}
