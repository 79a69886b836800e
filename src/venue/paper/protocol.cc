// The writing half of protocol.h.

#include "venue/paper/protocol.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/decimal.h"
#include "base/time.h"
#include "base/uuid.h"
#include "model/fill.h"
#include "model/market_data.h"
#include "model/names.h"
#include "model/order.h"
#include "model/venue_report.h"
#include "venue/paper/paper_order.h"
#include "venue/paper/protocol_names.h"
#include "venue/venue.h"

namespace bulwark::venue::paper {
namespace {

// Each Put adds a blank and a field.
class Line {
 public:
  Line(std::string_view verb, std::string& out) : out_(out) { out_ += verb; }
  ~Line() { out_ += '\n'; }
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;
  Line(Line&&) = delete;
  Line& operator=(Line&&) = delete;

  // "-" for an empty word.
  Line& Put(std::string_view word) {
    out_ += ' ';
    out_ += word.empty() ? std::string_view("-") : word;
    return *this;
  }
  Line& Put(std::uint64_t number) {
    std::array<char, 20> digits{};
    const char* const end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    return Put({digits.data(), static_cast<std::size_t>(end - digits.data())});
  }
  Line& Put(base::UnixNanos at) {
    return Put(
        static_cast<std::uint64_t>(std::max<std::int64_t>(at.time_since_epoch().count(), 0)));
  }
  Line& Put(base::Decimal value) {
    std::array<char, base::Decimal::kTextMax> text{};
    const char* end = value.Format(text.data());
    return Put({text.data(), static_cast<std::size_t>(end - text.data())});
  }
  Line& Put(const std::optional<base::Decimal>& value) {
    return value ? Put(*value) : Put(std::string_view());
  }
  Line& Put(const model::OrderId& id) {
    std::array<char, base::Uuid::kTextSize> text{};
    id.Format(text.data());
    return Put({text.data(), text.size()});
  }
  Line& Put(const Fence& fence) { return Put(fence.epoch).Put(fence.session); }

 private:
  std::string& out_;
};

struct RequestWriter {
  std::string& out;

  void operator()(const Hello& hello) const { Line("HELLO", out).Put(hello.fence); }
  void operator()(const Observe& /*observe*/) const { const Line line("OBSERVE", out); }
  void operator()(const List& list) const {
    Line("LIST", out)
        .Put(list.symbol.view())
        .Put(list.tick_size)
        .Put(list.lot_size)
        .Put(list.min_notional);
  }
  void operator()(const TickLine& line) const { AppendTick(line.symbol.view(), line.tick, out); }
  void operator()(const Submission& order) const {
    Line("NEW", out)
        .Put(order.id)
        .Put(order.symbol.view())
        .Put(model::Name(order.side))
        .Put(model::Name(order.type))
        .Put(model::Name(order.time_in_force))
        .Put(order.quantity)
        .Put(order.limit_price)
        .Put(order.reduce_only ? std::string_view("REDUCE") : std::string_view())
        .Put(order.at);
  }
  void operator()(const CancelLine& cancel) const {
    Line("CANCEL", out).Put(cancel.id).Put(cancel.at);
  }
  void operator()(const QueryLine& query) const { Line("QUERY", out).Put(query.id); }
  void operator()(const SnapshotLine& /*snapshot*/) const { const Line line("SNAPSHOT", out); }
  void operator()(const FillsLine& fills) const { Line("FILLS", out).Put(fills.since); }
  void operator()(const Ping& ping) const { Line("PING", out).Put(ping.token); }
};

struct AnswerWriter {
  std::string& out;

  void operator()(const Welcome& welcome) const {
    Line("WELCOME", out).Put(welcome.fence).Put(welcome.last_sequence);
  }
  void operator()(const Observing& observing) const {
    Line("OBSERVING", out).Put(observing.last_sequence);
  }
  void operator()(const Listed& listed) const { Line("LISTED", out).Put(listed.symbol.view()); }
  void operator()(const model::OrderAccepted& accepted) const {
    Line("ACCEPTED", out)
        .Put(accepted.order_id)
        .Put(accepted.venue_order_id.view())
        .Put(accepted.at);
  }
  void operator()(const FillLine& line) const {
    const model::Fill& fill = line.fill;
    Line(line.is_past ? "PAST" : "FILL", out)
        .Put(fill.venue_sequence)
        .Put(fill.order_id)
        .Put(line.venue_order_id.view())
        .Put(fill.trade_id.view())
        .Put(line.symbol.view())
        .Put(model::Name(fill.side))
        .Put(fill.price)
        .Put(fill.quantity)
        .Put(fill.fee)
        .Put(fill.at);
  }
  void operator()(const model::OrderEnded& ended) const {
    Line("ENDED", out)
        .Put(ended.order_id)
        .Put(kEndWords.at(static_cast<std::size_t>(ended.end)))
        .Put(ended.cumulative_filled)
        .Put(ended.at)
        .Put(ended.reason.view());
  }
  void operator()(const DuplicateLine& duplicate) const {
    Line("DUPLICATE", out).Put(duplicate.id);
  }
  void operator()(const model::CancelRejected& refused) const {
    Line("NOCANCEL", out).Put(refused.order_id).Put(refused.at).Put(refused.reason.view());
  }
  void operator()(const VenueOrder& order) const {
    Line("ORDER", out)
        .Put(order.id)
        .Put(StatusName(order.status))
        .Put(order.venue_order_id.view())
        .Put(order.cumulative_filled)
        .Put(order.reason.view());
  }
  void operator()(const AccountLine& line) const {
    Line("ACCOUNT", out)
        .Put(line.cash)
        .Put(line.opening_cash)
        .Put(line.last_sequence)
        .Put(line.orders_seen)
        .Put(line.duplicates);
  }
  void operator()(const PositionLine& line) const {
    Line("POSITION", out).Put(line.symbol.view()).Put(line.quantity);
  }
  void operator()(const WorkingOrder& order) const {
    Line("WORKING", out)
        .Put(order.id)
        .Put(order.venue_order_id.view())
        .Put(order.venue_symbol.view())
        .Put(model::Name(order.side))
        .Put(order.quantity)
        .Put(order.limit_price)
        .Put(order.cumulative_filled);
  }
  void operator()(const SnapshotDone& /*done*/) const { Line("DONE", out).Put("SNAPSHOT"); }
  void operator()(const FillsDone& done) const {
    Line("DONE", out).Put("FILLS").Put(done.last).Put(done.has_more ? "MORE" : "END");
  }
  void operator()(const Pong& pong) const { Line("PONG", out).Put(pong.token); }
  void operator()(const ErrorLine& error) const {
    Line("ERROR", out)
        .Put(kErrorWords.at(static_cast<std::size_t>(error.code)))
        .Put(std::string_view(error.text).substr(0, kLineMax / 2));
  }
};

}  // namespace

void Append(const Request& request, std::string& out) {
  std::visit(RequestWriter{out}, request);
}

void Append(const Answer& answer, std::string& out) {
  std::visit(AnswerWriter{out}, answer);
}

void AppendTick(std::string_view symbol, const model::Tick& tick, std::string& out) {
  Line("TICK", out)
      .Put(symbol)
      .Put(model::Name(tick.side))
      .Put(tick.price)
      .Put(tick.size)
      .Put(tick.event_at)
      .Put(tick.received_at);
}

std::string_view StatusName(VenueOrderStatus status) {
  return kStatusWords.at(static_cast<std::size_t>(status));
}

}  // namespace bulwark::venue::paper
