#include "sim/fake_spill.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <span>
#include <string>
#include <variant>

#include "base/result.h"
#include "base/time.h"
#include "ledger/spill_store.h"
#include "model/action.h"
#include "sim/context.h"
#include "sim/faults.h"

namespace bulwark::sim {
namespace {

using base::ErrorCode;
using base::Result;
using std::chrono::milliseconds;

// What a ledger stores of a group.
bool IsKept(const model::Action& action) {
  return std::holds_alternative<model::OrderChanged>(action) ||
         std::holds_alternative<model::FillBooked>(action) ||
         std::holds_alternative<model::BooksAdjusted>(action) ||
         std::holds_alternative<model::RoundTripClosed>(action) ||
         std::holds_alternative<model::AnchorSet>(action) ||
         std::holds_alternative<model::BreakerChanged>(action) ||
         std::holds_alternative<model::ProposalChanged>(action);
}

}  // namespace

Result<void> FakeSpill::Reach(const char* call) const {
  if (context_.scheduler.is_over()) {
    return base::Fail(ErrorCode::kUnavailable, "this life is over");
  }
  context_.AwaitPoint(call);
  if (context_.faults.Fires(Fault::kSpillSlow)) {
    context_.scheduler.Pause(context_.faults.Span(milliseconds{1}, milliseconds{300}));
  }
  if (context_.faults.Fires(Fault::kSpillFull)) {
    context_.trace.Note("spill-full");
    return base::Fail(ErrorCode::kUnavailable, "sim.spill: disk is full");
  }
  return {};
}

Result<void> FakeSpill::Append(std::span<const model::Action> actions, base::UnixNanos at) {
  if (std::ranges::none_of(actions, IsKept)) {
    return {};
  }
  if (const auto reached = Reach("spill append"); !reached) {
    return reached;
  }
  if (is_taken_) {
    if (const auto dropped = Drop(); !dropped) {
      return dropped;
    }
  }
  if (!is_open_ && file_) {
    return base::Fail(ErrorCode::kUnavailable, "sim.spill: is there already");
  }
  if (!file_) {
    file_.emplace(ledger::SpillContent{
        .id = std::to_string(epoch_) + "-" + std::to_string(at.time_since_epoch().count()),
        .epoch = epoch_});
  }
  is_open_ = true;
  std::ranges::copy_if(actions, std::back_inserter(file_->actions), IsKept);
  context_.trace.Note("spill", file_->actions.size());
  context_.AwaitPoint("after spill append");
  return {};
}

Result<ledger::SpillContent> FakeSpill::Read() const {
  return file_.value_or(ledger::SpillContent());
}

Result<void> FakeSpill::Drop() {
  // The handle is closed in any case: a file that stays is the next start's.
  is_open_ = false;
  is_taken_ = true;
  if (const auto reached = Reach("spill drop"); !reached) {
    return reached;
  }
  file_.reset();
  is_taken_ = false;
  context_.AwaitPoint("after spill drop");
  return {};
}

}  // namespace bulwark::sim
