#include "venue/paper/paper_client.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/log.h"
#include "base/result.h"
#include "base/time.h"
#include "model/action.h"
#include "model/instrument.h"
#include "model/market_data.h"
#include "model/order.h"
#include "model/venue_report.h"
#include "venue/paper/line_socket.h"
#include "venue/paper/paper_order.h"
#include "venue/paper/protocol.h"
#include "venue/venue.h"

namespace bulwark::venue::paper {
namespace {

// One Poll() reads at most this often, so that a flood of reports does not hold its thread.
constexpr int kReadsMax = 16;
// Ticks leave in pieces of about this size, or with the next Poll() or order.
constexpr std::size_t kTickBatch = std::size_t{16} * 1024;
// The part of the socket that unread ticks may take: 1 in this many.
constexpr std::size_t kTickShare = 4;

}  // namespace

PaperClient::PaperClient(PaperClientOptions options, const model::InstrumentTable& instruments)
    : options_(std::move(options)), instruments_(instruments), backoff_(options_.backoff_min) {}

PaperClient::~PaperClient() = default;

SendOutcome PaperClient::Send(const model::Order& order) {
  // What was written before leaves first. When it cannot, the venue does not read: an order that
  // waited here could leave after a halt.
  FlushOrLose();
  if (!CanTrade() || socket_->unsent() > 0 || in_flight_.size() >= kInFlightMax) {
    return SendOutcome::kNotSent;
  }
  newest_ = std::max(newest_, order.created_at);
  order_line_.clear();
  Append(Request(Submission{.id = order.id,
                            .symbol = instruments_[order.instrument].venue_symbol,
                            .side = order.side,
                            .type = order.type,
                            .time_in_force = order.time_in_force,
                            .reduce_only = order.reduce_only,
                            .quantity = order.quantity,
                            .limit_price = order.limit_price,
                            .at = newest_}),
         order_line_);
  const WholeOutcome outcome = socket_->SendWhole(order_line_);
  if (outcome == WholeOutcome::kLeft) {
    in_flight_[order.id] = {.missing = order.quantity};
    return SendOutcome::kMayHaveLeft;
  }
  if (outcome != WholeOutcome::kNoRoom) {
    // Of a torn line the venue has the beginning; without its end it never becomes an order.
    LinkLost("the venue closed the session");
  }
  return SendOutcome::kNotSent;
}

SendOutcome PaperClient::Cancel(const model::SendCancel& cancel) {
  if (const auto found = in_flight_.find(cancel.order_id); found != in_flight_.end()) {
    found->second.is_cancel_wanted = true;  // Repeated after a lost link.
  }
  if (!CanTrade() || socket_->unsent() + kLineMax > kCancelBacklogMax) {
    return SendOutcome::kNotSent;
  }
  Write(CancelLine{.id = cancel.order_id, .at = newest_});
  FlushOrLose();
  return SendOutcome::kMayHaveLeft;
}

void PaperClient::PublishTick(const model::Tick& tick) {
  newest_ = std::max(newest_, tick.received_at);
  if (!CanTrade() || tick_room_ < kLineMax) {
    ++dropped_ticks_;
    return;
  }
  const std::size_t before = socket_->out().size();
  AppendTick(instruments_[tick.instrument].venue_symbol.view(), tick, socket_->out());
  tick_room_ -= socket_->out().size() - before;
  if (socket_->unsent() >= kTickBatch) {
    FlushOrLose();
  }
}

bool PaperClient::CanTrade() const {
  return state_ == State::kUp && !options_.is_observer;
}

void PaperClient::FlushOrLose() {
  if (socket_ != nullptr && !socket_->Flush()) {
    LinkLost("the venue closed the session");
  }
  MakeRoomForTicks();
}

void PaperClient::MakeRoomForTicks() {
  tick_room_ = 0;
  if (socket_ != nullptr) {
    const std::size_t used = socket_->unread() + socket_->unsent();
    const std::size_t most = socket_->unread_max() / kTickShare;
    tick_room_ = used < most ? most - used : 0;
  }
}

void PaperClient::Write(const Request& request) {
  Append(request, socket_->out());
}

int PaperClient::Poll(const ReportSink& sink) {
  MoveBytes();
  const std::size_t wanted =
      inquiry_ && IsFindingReady() ? inquiry_->reports_before : reports_.size();
  for (std::size_t given = 0; given < wanted; ++given) {
    const model::VenueReport report = reports_.front();
    reports_.pop_front();
    sink(report);
  }
  if (inquiry_ && IsFindingReady()) {
    inquiry_->reports_before = 0;
  }
  return static_cast<int>(wanted);
}

void PaperClient::MoveBytes() {
  if (state_ == State::kDown && base::MonotonicNow() >= next_dial_) {
    Dial();
  }
  FlushOrLose();
  ReadLines();
  WatchSilence();
  WatchInquiry();
}

void PaperClient::ReadLines() {
  for (int read = 0; read < kReadsMax && ReadOnce(); ++read) {
  }
  FlushOrLose();
}

// False when there is nothing more to read now.
bool PaperClient::ReadOnce() {
  const ReadOutcome outcome = socket_ == nullptr ? ReadOutcome::kNothing : socket_->Read();
  if (outcome == ReadOutcome::kLost) {
    LinkLost("the venue closed the session");
  }
  if (outcome != ReadOutcome::kSome) {
    return false;
  }
  heard_at_ = base::MonotonicNow();
  // Handling a line may close the socket.
  for (auto line = socket_->NextLine(); line; line = socket_->NextLine()) {
    HandleLine(*line);
    if (socket_ == nullptr) {
      return false;
    }
  }
  if (socket_->is_overlong()) {
    LinkLost("the venue sent a line that is too long");
    return false;
  }
  return true;
}

// A stopped venue keeps its socket open; only silence tells.
void PaperClient::WatchSilence() {
  if (socket_ == nullptr) {
    return;
  }
  const base::Nanos now = base::MonotonicNow();
  if (state_ != State::kUp) {
    if (now > std::max(deadline_, heard_at_ + options_.call_timeout)) {
      LinkLost("the venue does not answer");
    }
    return;
  }
  const bool is_asked = pinged_at_ > heard_at_;
  if (!is_asked && now - heard_at_ > options_.call_timeout / 2) {
    Write(Ping{++ping_token_});
    pinged_at_ = now;
  } else if (is_asked && now - pinged_at_ > options_.call_timeout) {
    LinkLost("the venue does not answer");
  }
}

void PaperClient::Dial() {
  const auto fd = LineSocket::Dial(options_.socket);
  if (!fd) {
    LinkLost(fd.error().message);
    return;
  }
  socket_ = std::make_unique<LineSocket>(*fd);
  ++fence_.session;
  state_ = State::kGreeting;
  heard_at_ = pinged_at_ = base::MonotonicNow();
  deadline_ = heard_at_ + options_.call_timeout;
  if (options_.is_observer) {
    Write(Observe{});
  } else {
    Write(Hello{fence_});
  }
}

void PaperClient::LinkLost(const std::string& reason) {
  if (state_ == State::kUp) {
    base::LogWarn("venue_link_lost").With("reason", reason);
    Report(model::VenueLink{
        .is_up = false, .reason = model::Reason::Cut(reason), .at = base::WallNow()});
  }
  if (question_ != nullptr) {
    question_->is_lost = true;
    Answered(*question_);
    question_ = nullptr;  // The answers of the next session are not for it.
  }
  last_error_ = {base::ErrorCode::kUnavailable, reason};
  is_history_read_ = false;
  state_ = State::kDown;
  socket_.reset();
  next_dial_ = base::MonotonicNow() + backoff_;
  backoff_ = std::min(backoff_ * 2, options_.backoff_max);
}

void PaperClient::Fenced(const std::string& reason) {
  LinkLost(reason);
  base::LogError("venue_session_fenced").With("reason", reason);
  last_error_ = {base::ErrorCode::kConflict, reason};
  state_ = State::kFenced;
}

// Asked after every greeting; the answers lead to kUp.
void PaperClient::AskForEverything() {
  state_ = State::kCatchingUp;
  for (const model::Instrument& instrument : instruments_.rows()) {
    Write(List{.symbol = instrument.venue_symbol,
               .tick_size = instrument.tick_size,
               .lot_size = instrument.lot_size,
               .min_notional = instrument.min_notional});
  }
  Write(FillsLine{last_sequence_.value_or(0)});
}

void PaperClient::AskForOrders() {
  is_history_read_ = true;
  for (const auto& [id, state] : in_flight_) {
    Write(QueryLine{id});
  }
  Write(Ping{++ping_token_});
}

void PaperClient::LearnCaughtUp() {
  state_ = State::kUp;
  backoff_ = options_.backoff_min;
  base::LogInfo("venue_link_up").With("epoch", fence_.epoch).With("session", fence_.session);
  Report(model::VenueLink{.is_up = true, .at = base::WallNow()});
}

}  // namespace bulwark::venue::paper
