#include "venue/paper/paper_order.h"

#include <string>

#include "model/order.h"

namespace bulwark::venue::paper {

model::VenueOrderId VenueIdOf(const PaperOrder& order) {
  return model::VenueOrderId("PO-" + std::to_string(order.number));
}

}  // namespace bulwark::venue::paper
