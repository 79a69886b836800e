#include "reconcile/own_id.h"

#include <cstdint>

#include "base/uuid.h"
#include "model/order.h"

namespace bulwark::reconcile {

bool IsOwnId(const model::OrderId& id, std::uint64_t epoch_max) {
  // No run makes more; a random id that decodes to our domain rarely stays below.
  constexpr std::uint64_t kSequenceMax = std::uint64_t{1} << 40U;
  const auto origin = base::Uuid::OriginOf(id);
  return origin && origin->domain == model::kOrderIds && origin->epoch >= 1 &&
         origin->epoch <= epoch_max && origin->sequence >= 1 && origin->sequence <= kSequenceMax;
}

}  // namespace bulwark::reconcile
