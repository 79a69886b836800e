// Whatever the bytes, a file of ours is read without harm, and a row that is taken has a symbol and
// positive prices. The first line of the input is the header.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/ensure.h"
#include "sources/bar_csv.h"
#include "sources/company_csv.h"
#include "store/rows.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bulwark::sources;  // NOLINT(google-build-using-namespace): a function's scope.
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t end = input.find('\n');
  if (end == std::string_view::npos) {
    return 0;
  }
  const std::string_view header = input.substr(0, end);
  const std::string_view line = input.substr(end + 1);
  if (auto csv = BarCsv::FromHeader(header)) {
    SymbolBar row;
    if (csv->Decode(line, row)) {
      ENSURE(!bulwark::store::SymbolProblem(row.symbol) && row.bar.low.is_positive());
    }
  }
  CompanyCsv csv(header);
  if (const auto row = csv.Action(line)) {
    ENSURE(row->action.factor.is_positive());
  }
  if (const auto row = csv.Fundamentals(line)) {
    ENSURE(!bulwark::store::SymbolProblem(row->symbol));
  }
  if (const auto member = csv.Member(line)) {
    ENSURE(!bulwark::store::SymbolProblem(member->symbol));
  }
  return 0;
}
