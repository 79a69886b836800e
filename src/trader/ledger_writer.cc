#include "trader/ledger_writer.h"

#include <algorithm>
#include <bitset>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/result.h"
#include "base/time.h"
#include "ledger/ledger_store.h"
#include "model/action.h"
#include "model/instrument.h"
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
         std::holds_alternative<model::RoundTripClosed>(action) ||
         std::holds_alternative<model::BreakerChanged>(action) ||
         std::holds_alternative<model::ProposalChanged>(action);
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
                           Health& health, const base::Clock& clock, const WriterHelp& help)
    : ledger_(ledger), epoch_(epoch), queues_(queues), health_(health), clock_(clock), help_(help) {
  group_.reserve(kGroupMax);
}

int LedgerWriter::DoWork() {
  const std::size_t before = group_.size();
  Take(std::min(kPendingMax - std::min(kPendingMax, before), kGroupMax));
  if (is_away_) {
    return WorkWhileAway(group_.size() > before);
  }
  if (group_.empty()) {
    return 0;
  }
  const int size = static_cast<int>(group_.size());
  if (Commit()) {
    ReleaseGroup();
    return size;
  }
  retry_at_ = clock_.MonotonicNow() + kRetryAfter;
  return WorkWhileAway(true);
}

int LedgerWriter::WorkWhileAway(bool has_news) {
  // First of all: an exit waits for neither disk.
  ReleaseExitsOnly(already_released_);
  const bool is_time = clock_.MonotonicNow() >= retry_at_;
  int work = 0;
  if ((has_news || is_time) && !group_.empty()) {
    work = static_cast<int>(group_.size());
    if (Spill()) {
      ReleaseGroup();
    } else {
      Thin();
      work = 0;
    }
  }
  if (is_time && !Return()) {
    retry_at_ = clock_.MonotonicNow() + kRetryAfter;
  }
  return work;
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
  for (int tries = 0;
       tries < kTriesMax && (queues_.journal.size() > 0 || !group_.empty() || is_away_); ++tries) {
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
  if (!receipt) {
    GoAway(receipt.error());
    return false;
  }
  for (const auto& duplicate : receipt->duplicates) {
    base::LogError("ledger_duplicate_fill").With("trade_id", duplicate.trade_id.view());
  }
  health_.commits.fetch_add(1, std::memory_order_relaxed);
  return true;
}

void LedgerWriter::GoAway(const base::Error& error) {
  health_.commit_failures.fetch_add(1, std::memory_order_relaxed);
  health_.is_ledger_writable.store(false);
  if (error.code == base::ErrorCode::kConflict) {
    is_fenced_.store(true);
    if (help_.exit_gate != nullptr) {
      help_.exit_gate->FenceOff();
    }
  }
  if (!std::exchange(is_away_, true)) {
    base::LogError("ledger_commit_failed").With("error", error);
    const bool is_damaged = error.code == base::ErrorCode::kCorrupt;
    shown_.emplace_back(model::AlertRaised{
        .level = model::AlertLevel::kCritical,
        .event = model::AlertName(is_damaged ? "LEDGER_DAMAGED" : "LEDGER_UNAVAILABLE"),
        .reason = model::Reason::Cut(error.message),
        .at = clock_.WallNow()});
    PushPublished();
  }
}

// A fenced-off run keeps nothing: a newer one has the account, and asks the venue itself.
bool LedgerWriter::Spill() {
  if (help_.spill == nullptr || is_fenced_.load()) {
    return false;
  }
  const auto spilled = help_.spill->Append(group_, clock_.WallNow());
  if (!spilled && !std::exchange(has_spill_failed_, true)) {
    base::LogError("ledger_spill_failed").With("error", spilled.error());
  }
  return spilled.has_value();
}

// The ledger again: first what was spilled, then what is still in memory.
bool LedgerWriter::Return() {
  if (help_.spill != nullptr && help_.spill->is_open()) {
    const auto content = help_.spill->Read();
    const auto merged =
        content ? ledger_.CommitSpill(epoch_, *content)
                : base::Result<ledger::CommitReceipt>(tl::unexpected<base::Error>(content.error()));
    if (!merged) {
      GoAway(merged.error());
      return false;
    }
    base::LogInfo("ledger_took_spill").With("journaled", merged->journaled);
    health_.commits.fetch_add(1, std::memory_order_relaxed);
    if (const auto dropped = help_.spill->Drop(); !dropped) {
      // The ledger knows that it has it; the next start drops it.
      base::LogError("ledger_spill_not_dropped").With("error", dropped.error());
    }
  }
  if (!group_.empty()) {
    if (!Commit()) {
      return false;
    }
    ReleaseGroup();
  }
  is_away_ = false;
  has_spill_failed_ = false;
  health_.is_ledger_writable.store(true);
  base::LogInfo("ledger_back");
  shown_.emplace_back(model::AlertRaised{.level = model::AlertLevel::kWarning,
                                         .event = model::AlertName("LEDGER_BACK"),
                                         .reason = model::Reason("everything is journaled"),
                                         .at = clock_.WallNow()});
  PushPublished();
  return true;
}

// Keeps of a group that nothing could store only what has to be stored, and of the books the
// newest. Requires: its exits and notices have left.
void LedgerWriter::Thin() {
  std::bitset<model::kInstrumentsMax> has_newer;
  std::vector<model::Action> kept;
  for (auto at = group_.rbegin(); at != group_.rend(); ++at) {
    const auto* books = std::get_if<model::PortfolioChanged>(&*at);
    const bool is_kept =
        IsJournaled(*at) || (books != nullptr && !has_newer[books->instrument.index]);
    if (is_kept) {
      kept.push_back(*at);
    }
    if (books != nullptr) {
      has_newer.set(books->instrument.index);
    }
  }
  group_.assign(kept.rbegin(), kept.rend());
  already_released_ = group_.size();
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
