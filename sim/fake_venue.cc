#include "sim/fake_venue.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "base/uuid.h"
#include "model/action.h"
#include "model/fill.h"
#include "model/instrument.h"
#include "model/market_data.h"
#include "model/order.h"
#include "model/venue_report.h"
#include "sim/context.h"
#include "sim/fake_exchange.h"
#include "sim/faults.h"
#include "venue/venue.h"

namespace bulwark::sim {
namespace {

using base::ErrorCode;
using std::chrono::milliseconds;
using std::chrono::seconds;
using venue::SendOutcome;
using venue::VenueOrderStatus;

constexpr base::Nanos kCallTimeout{milliseconds{300}};
constexpr base::Nanos kReopenAfter{milliseconds{50}};
constexpr std::uint32_t kRetryIds = 99;

model::OrderEnd EndOf(VenueOrderStatus status) {
  switch (status) {
    case VenueOrderStatus::kRejected:
      return model::OrderEnd::kRejected;
    case VenueOrderStatus::kExpired:
      return model::OrderEnd::kExpired;
    default:
      return model::OrderEnd::kCancelled;
  }
}

}  // namespace

FakeVenue::FakeVenue(Context& context, Exchange& exchange, SendWatch& watch, int life)
    : context_(context), exchange_(exchange), watch_(watch), life_(life) {}

FakeVenue::~FakeVenue() {
  exchange_.Close(*this);
}

base::Result<void> FakeVenue::Connect(std::uint64_t epoch) {
  context_.AwaitPoint("venue connect");
  epoch_ = epoch;
  if (!exchange_.is_network_up || context_.faults.Fires(Fault::kAnswerLost)) {
    context_.scheduler.Pause(kCallTimeout);
    return base::Fail(ErrorCode::kUnavailable, "simulated venue: no answer");
  }
  if (!exchange_.Open(epoch, *this)) {
    is_fenced_ = true;
    return base::Fail(ErrorCode::kConflict, "simulated venue: a newer run holds the account");
  }
  known_sequence_ = exchange_.fills().size();
  is_up_ = true;
  Deliver(base::Nanos{0}, model::VenueLink{.is_up = true});
  TellChanges();
  context_.AwaitPoint("after venue connect");
  return {};
}

SendOutcome FakeVenue::Send(const model::Order& order) {
  if (sent_early_.erase(order.id) > 0) {
    return SendOutcome::kMayHaveLeft;
  }
  if (!is_up_ || context_.scheduler.is_over()) {
    return SendOutcome::kNotSent;
  }
  context_.AwaitPoint("send");
  watch_.BeforeSend(life_, order);
  context_.trace.Note("send", life_ >= 0 ? static_cast<std::uint64_t>(life_) : 0, [&] {
    return order.id.ToString() + (order.side == model::Side::kBuy ? " buy " : " sell ") +
           order.quantity.ToString();
  });
  in_flight_[order.id] = {
      .order = order, .missing = order.quantity, .sent_at = context_.scheduler.now()};
  const bool is_cut = context_.faults.Fires(Fault::kSendCut);
  if (!is_cut || context_.faults.Span(base::Nanos{0}, base::Nanos{1}).count() == 0) {
    exchange_.Submit(*this, order);
  }
  context_.AwaitPoint("after send");
  if (is_cut) {
    LinkLost("cut while sending");
  }
  return SendOutcome::kMayHaveLeft;
}

SendOutcome FakeVenue::Cancel(const model::SendCancel& cancel) {
  if (const auto found = in_flight_.find(cancel.order_id); found != in_flight_.end()) {
    found->second.is_cancel_wanted = true;
  }
  if (!is_up_ || context_.scheduler.is_over()) {
    return SendOutcome::kNotSent;
  }
  context_.AwaitPoint("cancel");
  context_.trace.Note("cancel", 0, [&] { return cancel.order_id.ToString(); });
  if (context_.faults.Fires(Fault::kSendCut)) {
    LinkLost("cut while cancelling");
    return SendOutcome::kMayHaveLeft;
  }
  exchange_.Cancel(*this, cancel.order_id);
  return SendOutcome::kMayHaveLeft;
}

void FakeVenue::SendEarly(const model::Order& order) {
  if (is_up_ && Send(order) == SendOutcome::kMayHaveLeft) {
    sent_early_.insert(order.id);
  }
}

void FakeVenue::PublishTick(const model::Tick& tick) {
  exchange_.SetPrice(tick.instrument, tick.price);
}

void FakeVenue::Hear(const model::VenueReport& report) {
  if (!is_up_) {
    return;
  }
  Faults& faults = context_.faults;
  if (faults.Fires(Fault::kFrameLost)) {
    gap_noticed_at_ = std::min(
        gap_noticed_at_, context_.scheduler.now() + faults.Span(milliseconds{20}, seconds{1}));
    context_.trace.Note("frame-lost", report.index());
    return;
  }
  base::Nanos delay = context_.scheduler.random().Between(milliseconds{0}, milliseconds{3});
  if (faults.Fires(Fault::kFrameLate)) {
    delay += faults.Span(milliseconds{1}, milliseconds{400});
  }
  Deliver(delay, report);
  if (faults.Fires(Fault::kFrameTwice)) {
    Deliver(delay + faults.Span(milliseconds{0}, milliseconds{600}), report);
  }
}

void FakeVenue::Deliver(base::Nanos delay, const model::VenueReport& report) {
  const Frame frame{
      .due = context_.scheduler.now() + delay, .number = ++numbers_, .report = report};
  const auto place = std::upper_bound(frames_.begin(), frames_.end(), frame,
                                      [](const Frame& a, const Frame& b) { return a.due < b.due; });
  frames_.insert(place, frame);
}

void FakeVenue::Cut() {
  LinkLost("a newer session was opened");
  if (epoch_ < exchange_.newest_epoch()) {
    is_fenced_ = true;
  }
}

void FakeVenue::LinkLost(const char* reason) {
  if (!is_up_) {
    return;
  }
  context_.trace.Note("link-lost", 0, [&] { return std::string(reason); });
  is_up_ = false;
  exchange_.Close(*this);
  frames_.clear();
  gap_noticed_at_ = base::Nanos::max();
  reopen_at_ = context_.scheduler.now() + kReopenAfter;
  Deliver(base::Nanos{0}, model::VenueLink{.is_up = false, .reason = model::Reason::Cut(reason)});
}

int FakeVenue::Poll(const venue::ReportSink& sink) {
  const base::Nanos now = context_.scheduler.now();
  if (is_up_ && (!exchange_.is_network_up || now >= gap_noticed_at_)) {
    LinkLost(exchange_.is_network_up ? "a frame is missing" : "the venue does not answer");
  } else if (is_up_ && context_.faults.Fires(Fault::kLinkLost)) {
    LinkLost("the venue closed the session");
  } else if (!is_up_ && !is_fenced_ && epoch_ != 0 && now >= reopen_at_) {
    Reopen();
  }
  int given = 0;
  while (!frames_.empty() && frames_.front().due <= now) {
    const Frame frame = frames_.front();
    frames_.erase(frames_.begin());
    Give(frame.report, sink);
    ++given;
  }
  return given;
}

void FakeVenue::Give(const model::VenueReport& report, const venue::ReportSink& sink) {
  if (const auto* filled = std::get_if<model::OrderFilled>(&report)) {
    const std::uint64_t sequence = filled->fill.venue_sequence;
    const bool is_new = sequence > known_sequence_ && beyond_sequence_.insert(sequence).second;
    while (beyond_sequence_.erase(known_sequence_ + 1) > 0) {
      ++known_sequence_;
    }
    if (is_new) {
      Shrink(filled->fill);
    }
  } else if (const auto* ended = std::get_if<model::OrderEnded>(&report)) {
    in_flight_.erase(ended->order_id);
  }
  sink(report);
}

// What is left of the order in flight after a fill that was not known before.
void FakeVenue::Shrink(const model::Fill& fill) {
  const auto found = in_flight_.find(fill.order_id);
  if (found == in_flight_.end()) {
    return;
  }
  found->second.missing -= fill.quantity;
  if (!found->second.missing.is_positive()) {
    in_flight_.erase(found);
  }
}

// A new session: first the fills that were missed, then how each order in flight stands.
void FakeVenue::Reopen() {
  if (!exchange_.is_network_up || context_.faults.Fires(Fault::kAnswerLost)) {
    reopen_at_ = context_.scheduler.now() + 2 * kReopenAfter;
    return;
  }
  if (!exchange_.Open(epoch_, *this)) {
    is_fenced_ = true;
    return;
  }
  const std::vector<model::Fill>& fills = exchange_.fills();
  for (std::uint64_t at = known_sequence_; at < fills.size(); ++at) {
    const Exchange::Row* row = exchange_.Find(fills[at].order_id);
    Deliver(base::Nanos{0},
            model::OrderFilled{.fill = fills[at], .venue_order_id = row->venue_order_id});
  }
  TellChanges();
  is_up_ = true;
  const std::map<model::OrderId, InFlight> asked = in_flight_;
  for (const auto& [id, flight] : asked) {
    if (context_.bug == Bug::kBlindResend) {
      // "No answer, so it did not arrive": under a new name, as a retry would.
      model::Order again = flight.order;
      again.id = base::Uuid::Derive(kRetryIds, epoch_, ++numbers_);
      exchange_.Submit(*this, again);
    }
    Learn(id);
  }
  Deliver(base::Nanos{0}, model::VenueLink{.is_up = true});
}

// A new session is told of all trades that were changed: which of them are new, the books know.
void FakeVenue::TellChanges() {
  for (const model::VenueReport& change : exchange_.changes()) {
    Deliver(base::Nanos{0}, change);
  }
}

bool FakeVenue::IsPhantom(const venue::VenueOrder& found) {
  if (found.status == VenueOrderStatus::kUnknown ||
      !context_.faults.Fires(Fault::kPhantomNotFound)) {
    return false;
  }
  context_.trace.Note("phantom-not-found", 0, [&] { return found.id.ToString(); });
  return true;
}

void FakeVenue::Learn(const model::OrderId& id) {
  const base::UnixNanos now = kStart + context_.scheduler.now();
  venue::VenueOrder found = StateOf(id);
  if (IsPhantom(found)) {
    if (context_.bug != Bug::kBelieveNotFound) {
      gap_noticed_at_ = std::min(gap_noticed_at_, context_.scheduler.now() + kReopenAfter);
      return;  // It proves nothing: asked again by the next session.
    }
    found = {.id = id};
  }
  switch (found.status) {
    case VenueOrderStatus::kWorking:
      Deliver(
          base::Nanos{0},
          model::OrderAccepted{.order_id = id, .venue_order_id = found.venue_order_id, .at = now});
      if (in_flight_.at(id).is_cancel_wanted) {
        exchange_.Cancel(*this, id);
      }
      return;
    case VenueOrderStatus::kFilled:
      return;  // Its fills say so.
    case VenueOrderStatus::kUnknown:
      Deliver(
          base::Nanos{0},
          model::OrderNotSent{
              .order_id = id, .reason = model::Reason("the venue never received it"), .at = now});
      in_flight_.erase(id);
      return;
    default:
      Deliver(base::Nanos{0}, model::OrderEnded{.order_id = id,
                                                .end = EndOf(found.status),
                                                .cumulative_filled = found.cumulative_filled,
                                                .reason = found.reason,
                                                .at = now});
  }
}

venue::VenueOrder FakeVenue::StateOf(const model::OrderId& id) const {
  const Exchange::Row* row = exchange_.Find(id);
  if (row == nullptr) {
    return {.id = id};
  }
  return {.id = id,
          .status = row->status,
          .venue_order_id = row->venue_order_id,
          .cumulative_filled = row->filled,
          .reason = row->reason};
}

// A question and its way back; the link is given up when no answer comes.
base::Result<void> FakeVenue::Question(const char* what) {
  context_.AwaitPoint(what);
  if (!is_up_) {
    return base::Fail(ErrorCode::kUnavailable, "simulated venue: not connected");
  }
  if (!exchange_.is_network_up || context_.faults.Fires(Fault::kAnswerLost)) {
    context_.scheduler.Pause(kCallTimeout);
    LinkLost("the venue does not answer");
    return base::Fail(ErrorCode::kUnavailable, "simulated venue: no answer");
  }
  context_.scheduler.Pause(
      context_.scheduler.random().Between(base::Nanos{100'000}, milliseconds{4}));
  if (!is_up_) {
    return base::Fail(ErrorCode::kUnavailable, "simulated venue: the link was lost");
  }
  return {};
}

base::Result<venue::AccountSnapshot> FakeVenue::Snapshot() {
  if (const auto asked = Question("venue snapshot"); !asked) {
    return tl::unexpected<base::Error>(asked.error());
  }
  venue::AccountSnapshot snapshot{.cash = exchange_.cash(),
                                  .opening_cash = exchange_.opening_cash(),
                                  .last_fill_sequence = exchange_.fills().size(),
                                  .orders_seen = exchange_.orders_seen()};
  for (const model::Instrument& instrument : exchange_.instruments().rows()) {
    snapshot.positions.push_back({.venue_symbol = instrument.venue_symbol,
                                  .instrument = instrument.id,
                                  .quantity = exchange_.position(instrument.id)});
  }
  for (const auto& [id, row] : exchange_.rows()) {
    if (row.status == VenueOrderStatus::kWorking) {
      snapshot.orders.push_back(
          {.id = id,
           .venue_order_id = row.venue_order_id,
           .venue_symbol = exchange_.instruments()[row.order.instrument].venue_symbol,
           .side = row.order.side,
           .quantity = row.order.quantity,
           .cumulative_filled = row.filled,
           .limit_price = row.order.limit_price});
    }
  }
  // The order of a hash table must decide nothing.
  std::sort(snapshot.orders.begin(), snapshot.orders.end(),
            [](const auto& a, const auto& b) { return a.id < b.id; });
  return snapshot;
}

base::Result<std::vector<model::Fill>> FakeVenue::FillsSince(std::uint64_t sequence) {
  if (const auto asked = Question("venue fills"); !asked) {
    return tl::unexpected<base::Error>(asked.error());
  }
  const std::vector<model::Fill>& fills = exchange_.fills();
  const auto first = static_cast<std::ptrdiff_t>(std::min<std::uint64_t>(sequence, fills.size()));
  return std::vector<model::Fill>(fills.begin() + first, fills.end());
}

base::Result<venue::VenueOrder> FakeVenue::QueryOrder(const model::OrderId& id) {
  if (const auto asked = Question("venue query"); !asked) {
    return tl::unexpected<base::Error>(asked.error());
  }
  // A question does not overtake the order that it is about.
  const base::Nanos until = context_.scheduler.now() + kCallTimeout;
  while (exchange_.IsOnItsWay(id)) {
    if (!is_up_ || context_.scheduler.now() > until) {
      return base::Fail(ErrorCode::kUnavailable, "simulated venue: no answer");
    }
    context_.scheduler.Pause(milliseconds{1});
  }
  venue::VenueOrder found = StateOf(id);
  if (IsPhantom(found)) {
    if (context_.bug == Bug::kBelieveNotFound) {
      return venue::VenueOrder{.id = id};
    }
    return base::Fail(ErrorCode::kUnavailable, "simulated venue: not found, which proves nothing");
  }
  if (found.status == VenueOrderStatus::kWorking) {
    in_flight_.try_emplace(
        id, InFlight{.order = exchange_.Find(id)->order,
                     .missing = exchange_.Find(id)->order.quantity - found.cumulative_filled});
  }
  return found;
}

}  // namespace bulwark::sim
