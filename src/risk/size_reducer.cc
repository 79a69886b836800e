#include "risk/size_reducer.h"

#include <cstdint>
#include <optional>
#include <variant>

#include "base/decimal.h"
#include "model/denial.h"
#include "model/instrument.h"
#include "model/order.h"
#include "risk/gate.h"
#include "risk/guard_input.h"

namespace bulwark::risk {
namespace {

bool IsAboutSize(model::DenialCode code) {
  switch (code) {
    case model::DenialCode::kMaxOrderQuantity:
    case model::DenialCode::kMaxOrderNotional:
    case model::DenialCode::kMaxVolumeShare:
    case model::DenialCode::kMaxPosition:
    case model::DenialCode::kMaxSector:
    case model::DenialCode::kMaxGrossExposure:
    case model::DenialCode::kInsufficientCash:
    case model::DenialCode::kCashReserve:
      return true;
    default:
      return false;
  }
}

// Looks for the border between what passes and what is too large.
class Search {
 public:
  Search(const Gate& gate, const GuardInput& input)
      : gate_(gate), input_(input), order_(input.order) {
    lot_ = input.instrument.lot_size;
    too_large_ = order_.quantity.raw() / lot_.raw();
    // A quantity between two lots was refused, not the lots below it.
    too_large_ += order_.quantity.IsMultipleOf(lot_) ? 0 : 1;
  }

  // Requires: 0 < lots.
  void Ask(std::int64_t lots) {
    ++asked_;
    order_.quantity = base::Decimal::FromRaw(lots * lot_.raw());
    const GateAnswer answer = gate_.Check(input_.With(order_));
    const auto* denial = std::get_if<model::Denial>(&answer);
    if (denial != nullptr && IsAboutSize(denial->code)) {
      too_large_ = lots;
      return;
    }
    // Too small for the venue, say: what would pass, if anything, is larger.
    fits_ = lots;
    has_passed_ = denial == nullptr;
  }

  [[nodiscard]] bool IsOver() const { return too_large_ - fits_ <= 1 || asked_ == kQuestionsMax; }
  [[nodiscard]] std::int64_t Middle() const { return fits_ + (too_large_ - fits_) / 2; }
  [[nodiscard]] bool IsOpen(std::int64_t lots) const { return fits_ < lots && lots < too_large_; }

  std::optional<model::NewOrder> Answer() {
    if (!has_passed_) {
      return std::nullopt;
    }
    order_.quantity = base::Decimal::FromRaw(fits_ * lot_.raw());
    return order_;
  }

 private:
  const Gate& gate_;
  const GuardInput& input_;
  model::NewOrder order_;
  base::Decimal lot_;
  std::int64_t fits_ = 0;
  std::int64_t too_large_ = 0;
  bool has_passed_ = false;
  int asked_ = 0;
};

// Most limits are on quantity x price: what is over it tells by how much to go down.
std::optional<std::int64_t> Guess(const GuardInput& input, const model::Denial& denial) {
  const std::optional<base::Decimal> price = input.reference_price();
  const std::optional<base::Decimal> over = base::CheckedAdd(denial.value, -denial.limit);
  const std::optional<base::Decimal> pieces =
      price && price->is_positive() && over
          ? base::CheckedDiv(over->Abs(), *price, base::Rounding::kCeiling)
          : std::nullopt;
  const std::optional<base::Decimal> left =
      pieces ? base::CheckedAdd(input.order.quantity, -*pieces) : std::nullopt;
  return left ? std::optional(left->raw() / input.instrument.lot_size.raw()) : std::nullopt;
}

}  // namespace

std::optional<model::NewOrder> LargestAllowed(const Gate& gate, const GuardInput& input,
                                              const model::Denial& denial) {
  if (!IsAboutSize(denial.code)) {
    return std::nullopt;
  }
  Search search(gate, input);
  const std::optional<std::int64_t> guess = Guess(input, denial);
  if (guess && search.IsOpen(*guess)) {
    search.Ask(*guess);
  }
  if (guess && search.IsOpen(*guess + 1)) {
    search.Ask(*guess + 1);
  }
  while (!search.IsOver()) {
    search.Ask(search.Middle());
  }
  return search.Answer();
}

}  // namespace bulwark::risk
