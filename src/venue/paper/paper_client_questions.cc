// The blocking part of PaperClient: connecting and asking.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <poll.h>
#include <sys/poll.h>

#include "base/ensure.h"
#include "base/result.h"
#include "base/time.h"
#include "model/fill.h"
#include "model/order.h"
#include "venue/paper/paper_client.h"
#include "venue/paper/protocol.h"
#include "venue/venue.h"

namespace bulwark::venue::paper {
namespace {

// Between two looks while there is no socket to wait on.
constexpr base::Nanos kLookInterval = std::chrono::milliseconds{5};

}  // namespace

base::Result<void> PaperClient::Connect(std::uint64_t epoch) {
  if (epoch != fence_.epoch) {
    fence_ = {.epoch = epoch};
  }
  backoff_ = options_.backoff_min;
  next_dial_ = base::Nanos::zero();
  last_error_ = {base::ErrorCode::kUnavailable, "no answer"};
  state_ = State::kDown;
  const base::Nanos deadline = base::MonotonicNow() + options_.call_timeout;
  while (state_ != State::kUp) {
    const bool is_hopeless =
        state_ == State::kFenced || last_error_.code == base::ErrorCode::kInvalidArgument;
    if (is_hopeless || base::MonotonicNow() > deadline) {
      const base::Error error = last_error_;
      socket_.reset();
      state_ = state_ == State::kFenced ? State::kFenced : State::kIdle;
      return base::FailWith("paper venue at " + options_.socket.native(), error);
    }
    MoveBytes();
    if (state_ != State::kUp) {
      WaitForBytes(kLookInterval);
    }
  }
  return {};
}

void PaperClient::WaitForBytes(base::Nanos wait_max) const {
  pollfd waiting{};
  waiting.fd = socket_ == nullptr ? -1 : socket_->fd();  // -1 only waits.
  waiting.events = POLLIN;
  if (socket_ != nullptr && socket_->unsent() > 0) {
    waiting.events |= POLLOUT;
  }
  const auto wait = std::chrono::ceil<std::chrono::milliseconds>(wait_max);
  ::poll(&waiting, 1, static_cast<int>(wait.count()));
}

base::Result<void> PaperClient::AskAndWait(const Request& request, Question& question) {
  if (state_ != State::kUp) {
    return base::FailWith("paper venue is not connected", last_error_);
  }
  if (question_ != nullptr) {
    return base::Fail(base::ErrorCode::kUnavailable, "paper venue: another question is open");
  }
  Write(request);
  question_ = &question;
  const base::Nanos deadline = base::MonotonicNow() + options_.call_timeout;
  MoveBytes();
  while (!question.is_done) {
    const base::Nanos left = deadline - base::MonotonicNow();
    if (left <= base::Nanos::zero()) {
      // A late answer would be taken for the answer to the next question.
      LinkLost("the venue does not answer");
      break;
    }
    WaitForBytes(std::min(left, kLookInterval));
    MoveBytes();
  }
  question_ = nullptr;
  return question.is_lost ? base::FailWith("paper venue", last_error_) : base::Result<void>{};
}

base::Result<AccountSnapshot> PaperClient::Snapshot() {
  Question question;
  question.is_snapshot = true;
  if (auto asked = AskAndWait(SnapshotLine{}, question); !asked) {
    return tl::unexpected(asked.error());
  }
  return question.snapshot;
}

base::Result<std::vector<model::Fill>> PaperClient::FillsSince(std::uint64_t sequence) {
  std::vector<model::Fill> fills;
  FillsDone done{.last = sequence, .has_more = true};
  while (done.has_more) {
    Question question;
    question.is_fills = true;
    if (auto asked = AskAndWait(FillsLine{done.last}, question); !asked) {
      return tl::unexpected(asked.error());
    }
    fills.insert(fills.end(), question.fills.begin(), question.fills.end());
    done = question.fills_done;
  }
  return fills;
}

base::Result<VenueOrder> PaperClient::QueryOrder(const model::OrderId& id) {
  Question question;
  question.order_id = id;
  if (auto asked = AskAndWait(QueryLine{id}, question); !asked) {
    return tl::unexpected(asked.error());
  }
  ENSURE(question.order.has_value());  // The only answer that is taken for done.
  const VenueOrder& order = *question.order;
  if (order.status == VenueOrderStatus::kWorking) {
    in_flight_.try_emplace(id);
  }
  return order;
}

void PaperClient::Answered(Question& question) {
  question.is_done = true;
  question.reports_before = reports_.size();
}

bool PaperClient::IsFindingReady() const {
  return inquiry_ && inquiry_->is_done && question_ != &*inquiry_;
}

bool PaperClient::Ask(const Inquiry& inquiry) {
  if (state_ != State::kUp || inquiry_ || question_ != nullptr) {
    return false;
  }
  inquiry_ = Question{};
  inquiry_->deadline = base::MonotonicNow() + options_.call_timeout;
  question_ = &*inquiry_;
  if (const auto* order = std::get_if<AskOrder>(&inquiry)) {
    inquiry_->order_id = order->id;
    Write(QueryLine{order->id});
  } else if (const auto* fills = std::get_if<AskFills>(&inquiry)) {
    inquiry_->is_fills = true;
    Write(FillsLine{fills->since});
  } else {
    inquiry_->is_snapshot = true;
    Write(SnapshotLine{});
  }
  FlushOrLose();
  return true;
}

// Fills come in pages; and a question that is not answered in time is lost with its link, as its
// late answer would be taken for the answer to the next one.
void PaperClient::WatchInquiry() {
  if (!inquiry_ || question_ != &*inquiry_) {
    return;
  }
  if (inquiry_->is_done && inquiry_->is_fills && inquiry_->fills_done.has_more) {
    inquiry_->is_done = false;
    inquiry_->deadline = base::MonotonicNow() + options_.call_timeout;
    Write(FillsLine{inquiry_->fills_done.last});
  } else if (inquiry_->is_done) {
    question_ = nullptr;
  } else if (base::MonotonicNow() > inquiry_->deadline) {
    LinkLost("the venue does not answer");
  }
}

std::optional<Finding> PaperClient::TakeFinding() {
  if (!IsFindingReady() || inquiry_->reports_before > 0) {
    return std::nullopt;
  }
  Question answered = *std::move(inquiry_);
  inquiry_.reset();
  if (answered.is_lost) {
    return NoAnswer{};
  }
  if (answered.is_fills) {
    return FillsFound{std::move(answered.fills)};
  }
  if (answered.is_snapshot) {
    return std::move(answered.snapshot);
  }
  if (answered.order->status == VenueOrderStatus::kWorking) {
    in_flight_.try_emplace(answered.order->id);
  }
  return *answered.order;
}

}  // namespace bulwark::venue::paper
