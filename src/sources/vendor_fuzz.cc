// Whatever a vendor sends, it is read without harm, and bars that are taken come in order with
// positive prices.

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <variant>
#include <vector>

#include "base/ensure.h"
#include "base/time.h"
#include "sources/alpaca.h"
#include "sources/alpha_vantage.h"
#include "sources/edgar_index.h"
#include "store/rows.h"

namespace {

void CheckBars(const std::vector<bulwark::store::Bar>& bars) {
  for (std::size_t at = 0; at < bars.size(); ++at) {
    ENSURE(bars[at].low.is_positive() && bars[at].close.is_positive());
    ENSURE(at == 0 || bars[at - 1].at <= bars[at].at);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bulwark::sources;  // NOLINT(google-build-using-namespace): a function's scope.
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto answer = ParseAlphaDaily(text)) {
    if (const auto* daily = std::get_if<DailyBars>(&*answer)) {
      CheckBars(daily->bars);
    }
  }
  static_cast<void>(ParseAlphaOverview(text, bulwark::base::UnixNanos()).has_value());
  if (const auto page = ParseAlpacaBars(text, bulwark::store::Span::kDay)) {
    for (const auto& [symbol, bars] : page->bars) {
      ENSURE(!bulwark::store::SymbolProblem(symbol));
      CheckBars(bars);
    }
  }
  if (const auto names = ParseFolder(text)) {
    ENSURE(names->size() <= 10'000);  // As many as a folder may hold.
  }
  if (const auto entries = ParseDailyIndex(text)) {
    for (const IndexEntry& entry : *entries) {
      ENSURE(!entry.accession.empty() && !entry.ciks.empty());
    }
  }
  return 0;
}
