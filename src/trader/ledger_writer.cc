#include "trader/ledger_writer.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <variant>

#include "base/clock.h"
#include "base/log.h"
#include "base/result.h"
#include "base/time.h"
#include "ledger/ledger_store.h"
#include "model/action.h"
#include "model/order.h"
#include "trader/health.h"
#include "trader/queues.h"

namespace bulwark::trader {
namespace {

constexpr base::Nanos kRetryAfter{std::chrono::milliseconds{100}};
// While the ledger fails, the group may grow to this with orders and their changes; then the engine
// is held back by its queue.
constexpr std::size_t kPendingMax = 65'536;

bool IsJournaled(const model::Action& action) {
  return std::holds_alternative<model::OrderChanged>(action) ||
         std::holds_alternative<model::FillBooked>(action) ||
         std::holds_alternative<model::AnchorSet>(action) ||
         std::holds_alternative<model::BooksAdjusted>(action) ||
         std::holds_alternative<model::RoundTripClosed>(action);
}

// Told to people and kept by nobody: it waits for no commit.
bool IsNotice(const model::Action& action) {
  return std::holds_alternative<model::SignalGenerated>(action) ||
         std::holds_alternative<model::OrderDenied>(action) ||
         std::holds_alternative<model::AlertRaised>(action) ||
         std::holds_alternative<model::RunStateChanged>(action) ||
         std::holds_alternative<model::FeedStateChanged>(action);
}

}  // namespace

LedgerWriter::LedgerWriter(ledger::LedgerStore& ledger, std::uint64_t epoch, Queues& queues,
                           Health& health, const base::Clock& clock)
    : ledger_(ledger), epoch_(epoch), queues_(queues), health_(health), clock_(clock) {
  group_.reserve(kGroupMax);
}

int LedgerWriter::DoWork() {
  const bool is_retry = !group_.empty();
  const std::size_t before = group_.size();
  const std::size_t room = is_retry ? kPendingMax - std::min(kPendingMax, before) : kGroupMax;
  Take(std::min(room, kGroupMax));
  if (is_retry) {
    ReleaseExitsOnly(before);
    if (clock_.MonotonicNow() < retry_at_) {
      return 0;
    }
  }
  if (group_.empty()) {
    return 0;
  }
  const int size = static_cast<int>(group_.size());
  if (Commit()) {
    ReleaseGroup();
    return size;
  }
  if (!is_retry) {
    ReleaseExitsOnly(0);
  }
  retry_at_ = clock_.MonotonicNow() + kRetryAfter;
  return 0;
}

// Takes at most `limit` actions, and what belongs to the last of them: a crash between two commits
// must not part an order from the fill that changed it.
void LedgerWriter::Take(std::size_t limit) {
  const auto take = [&](const model::Action& action) { group_.push_back(action); };
  if (queues_.journal.Drain(limit, take) > 0) {
    TakeRestOfChange(queues_.journal, take);
    queues_.bells.engine.Ring();  // It may have been waiting for room.
  }
}

void LedgerWriter::Flush() {
  constexpr int kTriesMax = 20;
  for (int tries = 0; tries < kTriesMax && (queues_.journal.size() > 0 || !group_.empty());
       ++tries) {
    retry_at_ = base::Nanos{0};
    while (DoWork() > 0) {
    }
  }
}

bool LedgerWriter::Commit() {
  if (std::none_of(group_.begin(), group_.end(), IsJournaled)) {
    return true;
  }
  const auto receipt = ledger_.Commit(epoch_, group_);
  if (receipt) {
    if (!health_.is_ledger_writable.exchange(true)) {
      base::LogInfo("ledger_back").With("journaled", receipt->journaled);
    }
    for (const auto& duplicate : receipt->duplicates) {
      base::LogError("ledger_duplicate_fill").With("trade_id", duplicate.trade_id.view());
    }
    health_.commits.fetch_add(1, std::memory_order_relaxed);
    return true;
  }
  health_.commit_failures.fetch_add(1, std::memory_order_relaxed);
  if (health_.is_ledger_writable.exchange(false)) {
    base::LogError("ledger_commit_failed").With("error", receipt.error());
  }
  if (receipt.error().code == base::ErrorCode::kConflict) {
    is_fenced_.store(true);
  }
  return false;
}

void LedgerWriter::ReleaseGroup() {
  for (std::size_t at = 0; at < group_.size(); ++at) {
    const model::Action& action = group_[at];
    const bool has_left = at < already_released_;
    if (std::holds_alternative<model::FillBooked>(action)) {
      health_.fills.fetch_add(1, std::memory_order_relaxed);
    }
    const auto* send = std::get_if<model::SendOrder>(&action);
    if (send != nullptr && send->order.reduce_only) {
      if (!has_left) {
        PushVenue(*send);
      }
    } else if (const auto* cancel = std::get_if<model::SendCancel>(&action)) {
      if (!has_left) {
        PushVenue(*cancel);
      }
    } else if (send == nullptr || !has_left) {
      shown_.push_back(action);
    }
  }
  PushPublished();
  group_.clear();
  already_released_ = 0;
}

void LedgerWriter::ReleaseExitsOnly(std::size_t from) {
  for (std::size_t at = from; at < group_.size(); ++at) {
    if (const auto* send = std::get_if<model::SendOrder>(&group_[at])) {
      // A run that a newer trader fenced off sends nothing at all.
      if (send->order.reduce_only && !is_fenced_.load()) {
        PushVenue(*send);
      } else {
        PushVenue(
            RefuseOrder{.order_id = send->order.id, .reason = model::Reason("ledger unavailable")});
      }
    } else if (const auto* cancel = std::get_if<model::SendCancel>(&group_[at]);
               cancel != nullptr && !is_fenced_.load()) {
      PushVenue(*cancel);
    }
  }
  if (!is_fenced_.load()) {
    ReleaseNotices(from);
  }
  already_released_ = group_.size();
}

// Else an outage would fill the group with them, and exits would find no room.
void LedgerWriter::ReleaseNotices(std::size_t from) {
  const auto is_shown = [this](const model::Action& action) {
    const bool is_notice = IsNotice(action);
    if (is_notice) {
      shown_.push_back(action);
    }
    return is_notice;
  };
  group_.erase(
      std::remove_if(group_.begin() + static_cast<std::ptrdiff_t>(from), group_.end(), is_shown),
      group_.end());
  PushPublished();
}

void LedgerWriter::PushVenue(const VenueCommand& command) {
  while (!queues_.from_ledger.TryPush(command)) {
    clock_.Pause(base::Nanos{0});
  }
  queues_.bells.venue.Ring();
}

// Whole changes at a time: the publisher never finds an order's change without its rest.
void LedgerWriter::PushPublished() {
  for (auto from = shown_.cbegin(); from != shown_.cend();) {
    auto to = from + std::min<std::ptrdiff_t>(kGroupMax, shown_.cend() - from);
    while (to != shown_.cend() && ContinuesChange(*to)) {
      ++to;
    }
    while (!queues_.published.TryPushAll(from, to)) {
      clock_.Pause(base::Nanos{0});
    }
    queues_.bells.publisher.Ring();
    from = to;
  }
  shown_.clear();
}

}  // namespace bulwark::trader
