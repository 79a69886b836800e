#include "ledger/trades_now.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "ledger/recovered_books.h"
#include "model/accounting.h"
#include "model/adjustment.h"
#include "model/booked_trade.h"
#include "model/fill.h"
#include "model/order.h"

namespace bulwark::ledger {
namespace {

// Of a corrected trade: "T-17~2" is the second revision of T-17.
std::uint32_t RevisionOf(std::string_view id) {
  const std::size_t mark = id.rfind('~');
  std::uint32_t revision = 0;
  if (mark != std::string_view::npos) {
    const char* const end = id.data() + id.size();
    const auto parsed = std::from_chars(id.data() + mark + 1, end, revision);
    revision = parsed.ptr == end ? revision : 0;
  }
  return revision;
}

std::string WithoutRevision(std::string_view id) {
  return std::string(id.substr(0, id.rfind('~')));
}

}  // namespace

void TradesNow::See(const model::Fill& fill, const model::FillEffect& effect) {
  // A venue may end its own ids like our revisions: only what was corrected has one.
  const std::string_view id = fill.trade_id.view();
  const bool is_revised = corrected_ids_.contains(WithoutRevision(id));
  Put({.fill = fill,
       .closed_quantity = effect.closed_quantity,
       .closed_cost = effect.closed_cost,
       .revision = is_revised ? RevisionOf(id) : 0,
       .is_void = void_ids_.contains(std::string(id))});
}

void TradesNow::See(const model::Adjustment& adjustment) {
  if (adjustment.kind == model::AdjustmentKind::kSplit) {
    // Trades before it count other shares: they can no longer be taken back.
    const auto kept = std::ranges::remove_if(trades_, [&](const model::BookedTrade& trade) {
      return trade.is_booked && trade.fill.instrument == adjustment.instrument;
    });
    trades_.erase(kept.begin(), kept.end());
    return;
  }
  if (adjustment.kind == model::AdjustmentKind::kCorrection) {
    See(adjustment.trade_id);
    return;
  }
  if (adjustment.kind != model::AdjustmentKind::kBust || adjustment.trade_id.empty()) {
    return;
  }
  void_ids_.insert(std::string(adjustment.trade_id.view()));
  const auto found = std::find_if(trades_.rbegin(), trades_.rend(), [&](const auto& trade) {
    return trade.fill.trade_id == adjustment.trade_id;
  });
  if (found != trades_.rend()) {
    found->is_void = true;
    return;
  }
  Put({.fill = {.order_id = adjustment.order_id,
                .trade_id = adjustment.trade_id,
                .instrument = adjustment.instrument},
       .is_booked = false,
       .is_void = true});
}

// Of a second correction the trade is the first revision, whose own first id is there already.
void TradesNow::See(const model::TradeId& corrected) {
  const std::string_view id = corrected.view();
  if (!corrected_ids_.contains(WithoutRevision(id)) || RevisionOf(id) == 0) {
    corrected_ids_.insert(std::string(id));
  }
  const auto found = std::find_if(trades_.rbegin(), trades_.rend(), [&](const auto& trade) {
    return trade.fill.trade_id == corrected;
  });
  if (found != trades_.rend()) {
    found->is_booked = false;  // What it is now is a fill of its own.
  }
}

void TradesNow::Put(const model::BookedTrade& trade) {
  trades_.push_back(trade);
  if (trades_.size() > kBookedTradesMax) {
    trades_.pop_front();
  }
}

}  // namespace bulwark::ledger
