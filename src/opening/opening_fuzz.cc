// Feeds any bytes as a dump: it must be refused with words, or become a plan whose amounts are the
// same when the dump that it gives is read again.

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/ensure.h"
#include "opening/documents.h"
#include "opening/plan.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bulwark::opening;  // NOLINT(google-build-using-namespace): a program of its own.
  const std::string text(data, data + size);
  const auto documents = ParseDump(text);
  if (!documents) {
    ENSURE(!documents.error().message.empty());
    return 0;
  }
  const auto again = ParseDump(DumpOf(*documents));
  ENSURE(again.has_value() && again->rows == documents->rows);
  for (const bool may_be_short : {false, true}) {
    const Choices choices{.may_be_short = may_be_short};
    const Plan plan = MakePlan(*documents, choices);
    ENSURE(!Describe(plan).empty());
    if (plan.refused.empty()) {
      ENSURE(!plan.cash.is_negative());
      for (const OpeningPosition& position : plan.positions) {
        ENSURE(may_be_short || !position.quantity.is_negative());
        ENSURE(!position.quantity.is_zero() || position.cost.is_zero());
      }
      ENSURE(MakePlan(*again, choices).positions == plan.positions);
    }
  }
  return 0;
}
