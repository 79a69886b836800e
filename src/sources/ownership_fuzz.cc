// Whatever the bytes, a filing is read without harm, and a transaction that is taken has its number
// and a code.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/ensure.h"
#include "sources/ownership.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bulwark::sources;  // NOLINT(google-build-using-namespace): a function's scope.
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto filing = ParseOwnership(text, "", std::nullopt)) {
    std::int64_t line = 0;
    for (const auto& row : filing->transactions) {
      ENSURE(row.line == line++ && row.code.size() == 1);
    }
  }
  if (const auto filing = ParseSubmission(text)) {
    ENSURE(!filing->accession.empty() && filing->filed);
  }
  return 0;
}
