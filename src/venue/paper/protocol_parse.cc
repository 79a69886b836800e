// The reading half of protocol.h.

#include <string>
#include <string_view>

#include "base/result.h"
#include "model/instrument.h"
#include "model/names.h"
#include "model/order.h"
#include "model/venue_report.h"
#include "venue/paper/line_fields.h"
#include "venue/paper/paper_order.h"
#include "venue/paper/protocol.h"
#include "venue/paper/protocol_names.h"
#include "venue/venue.h"

namespace bulwark::venue::paper {
namespace {

TickLine ReadTick(LineFields& fields) {
  TickLine line;
  line.symbol = fields.Text<model::Symbol>("symbol");
  line.tick.side = fields.Side();
  line.tick.price = fields.PositiveAmount("price");
  line.tick.size = fields.Amount("size");
  line.tick.event_at = fields.Time("event time");
  line.tick.received_at = fields.Time("received time");
  return line;
}

Submission ReadNew(LineFields& fields) {
  Submission order;
  order.id = fields.Id("id");
  order.symbol = fields.Text<model::Symbol>("symbol");
  order.side = fields.Side();
  order.type = fields.Choice<model::OrderType>("type", model::OrderTypeFromName);
  order.time_in_force =
      fields.Choice<model::TimeInForce>("time in force", model::TimeInForceFromName);
  order.quantity = fields.Amount("quantity");
  order.limit_price = fields.AmountOrDash("limit");
  const std::string_view reduce = fields.Word("reduce");
  order.reduce_only = reduce == "REDUCE";
  if (!order.reduce_only && reduce != "-") {
    fields.Reject("reduce", reduce);
  }
  order.at = fields.Time("time");
  return order;
}

List ReadList(LineFields& fields) {
  List line;
  line.symbol = fields.Text<model::Symbol>("symbol");
  line.tick_size = fields.PositiveAmount("tick");
  line.lot_size = fields.PositiveAmount("lot");
  line.min_notional = fields.Amount("min notional");
  return line;
}

Fence ReadFence(LineFields& fields) {
  Fence fence;
  fence.epoch = fields.Number("epoch");
  fence.session = fields.Number("session");
  return fence;
}

Request ReadRequest(std::string_view verb, LineFields& fields) {
  if (verb == "TICK") {
    return ReadTick(fields);
  }
  if (verb == "NEW") {
    return ReadNew(fields);
  }
  if (verb == "CANCEL") {
    const model::OrderId id = fields.Id("id");
    return CancelLine{.id = id, .at = fields.Time("time")};
  }
  if (verb == "QUERY") {
    return QueryLine{fields.Id("id")};
  }
  if (verb == "PING") {
    return Ping{fields.Number("token")};
  }
  if (verb == "FILLS") {
    return FillsLine{fields.Number("since")};
  }
  if (verb == "LIST") {
    return ReadList(fields);
  }
  if (verb == "HELLO") {
    return Hello{ReadFence(fields)};
  }
  if (verb == "OBSERVE") {
    return Observe{};
  }
  if (verb != "SNAPSHOT") {
    fields.Reject("verb", verb);
  }
  return SnapshotLine{};
}

FillLine ReadFill(bool is_past, LineFields& fields) {
  FillLine line;
  line.is_past = is_past;
  line.fill.venue_sequence = fields.Number("sequence");
  line.fill.order_id = fields.Id("id");
  line.venue_order_id = fields.Text<model::VenueOrderId>("venue id");
  line.fill.trade_id = fields.Text<model::TradeId>("trade id");
  line.symbol = fields.Text<model::Symbol>("symbol");
  line.fill.side = fields.Side();
  line.fill.price = fields.PositiveAmount("price");
  line.fill.quantity = fields.PositiveAmount("quantity");
  line.fill.fee = fields.Amount("fee");
  line.fill.at = fields.Time("time");
  return line;
}

VenueOrder ReadOrder(LineFields& fields) {
  VenueOrder order;
  order.id = fields.Id("id");
  order.status = fields.Choice<VenueOrderStatus>("status", StatusFromWord);
  order.venue_order_id = fields.Text<model::VenueOrderId>("venue id");
  order.cumulative_filled = fields.Amount("filled");
  order.reason = fields.Text<model::Reason>("reason");
  return order;
}

model::OrderEnded ReadEnded(LineFields& fields) {
  model::OrderEnded ended;
  ended.order_id = fields.Id("id");
  ended.end = fields.Choice<model::OrderEnd>("end", EndFromWord);
  ended.cumulative_filled = fields.Amount("filled");
  ended.at = fields.Time("time");
  ended.reason = fields.Text<model::Reason>("reason");
  return ended;
}

AccountLine ReadAccount(LineFields& fields) {
  AccountLine line;
  line.cash = fields.Amount("cash");
  line.opening_cash = fields.Amount("opening cash");
  line.last_sequence = fields.Number("last sequence");
  line.orders_seen = fields.Number("orders seen");
  line.duplicates = fields.Number("duplicates");
  return line;
}

WorkingOrder ReadWorking(LineFields& fields) {
  WorkingOrder order;
  order.id = fields.Id("id");
  order.venue_order_id = fields.Text<model::VenueOrderId>("venue id");
  order.venue_symbol = fields.Text<model::Symbol>("symbol");
  order.side = fields.Side();
  order.quantity = fields.PositiveAmount("quantity");
  order.limit_price = fields.AmountOrDash("limit");
  order.cumulative_filled = fields.Amount("filled");
  return order;
}

Answer ReadDone(LineFields& fields) {
  const std::string_view what = fields.Word("what");
  if (what == "SNAPSHOT") {
    return SnapshotDone{};
  }
  if (what != "FILLS") {
    fields.Reject("what", what);
  }
  FillsDone done{.last = fields.Number("last")};
  const std::string_view more = fields.Word("more");
  done.has_more = more == "MORE";
  if (!done.has_more && more != "END") {
    fields.Reject("more", more);
  }
  return done;
}

// What answers a question about the account.
Answer ReadAccountAnswer(std::string_view verb, LineFields& fields) {
  if (verb == "ORDER") {
    return ReadOrder(fields);
  }
  if (verb == "ACCOUNT") {
    return ReadAccount(fields);
  }
  if (verb == "POSITION") {
    const auto symbol = fields.Text<model::Symbol>("symbol");
    return PositionLine{.symbol = symbol, .quantity = fields.Amount("quantity")};
  }
  if (verb == "WORKING") {
    return ReadWorking(fields);
  }
  if (verb == "DONE") {
    return ReadDone(fields);
  }
  if (verb == "PONG") {
    return Pong{fields.Number("token")};
  }
  if (verb == "LISTED") {
    return Listed{fields.Text<model::Symbol>("symbol")};
  }
  if (verb == "OBSERVING") {
    return Observing{fields.Number("last sequence")};
  }
  fields.Reject("verb", verb);
  return Pong{};
}

Answer ReadAnswer(std::string_view verb, LineFields& fields) {
  if (verb == "FILL" || verb == "PAST") {
    return ReadFill(verb == "PAST", fields);
  }
  if (verb == "ACCEPTED") {
    model::OrderAccepted accepted;
    accepted.order_id = fields.Id("id");
    accepted.venue_order_id = fields.Text<model::VenueOrderId>("venue id");
    accepted.at = fields.Time("time");
    return accepted;
  }
  if (verb == "ENDED") {
    return ReadEnded(fields);
  }
  if (verb == "NOCANCEL") {
    model::CancelRejected refused;
    refused.order_id = fields.Id("id");
    refused.at = fields.Time("time");
    refused.reason = fields.Text<model::Reason>("reason");
    return refused;
  }
  if (verb == "DUPLICATE") {
    return DuplicateLine{fields.Id("id")};
  }
  if (verb == "WELCOME") {
    const Fence fence = ReadFence(fields);
    return Welcome{.fence = fence, .last_sequence = fields.Number("last sequence")};
  }
  if (verb == "ERROR") {
    const auto code = fields.Choice<base::ErrorCode>("code", ErrorFromWord);
    return ErrorLine{.code = code, .text = std::string(fields.Rest())};
  }
  return ReadAccountAnswer(verb, fields);
}

}  // namespace

base::Result<Request> ParseRequest(std::string_view line) {
  LineFields fields(line);
  const std::string_view verb = fields.Word("verb");
  Request request = ReadRequest(verb, fields);
  if (auto finished = fields.Finish(); !finished) {
    return tl::unexpected(finished.error());
  }
  return request;
}

base::Result<Answer> ParseAnswer(std::string_view line) {
  LineFields fields(line);
  const std::string_view verb = fields.Word("verb");
  Answer answer = ReadAnswer(verb, fields);
  if (auto finished = fields.Finish(); !finished) {
    return tl::unexpected(finished.error());
  }
  return answer;
}

}  // namespace bulwark::venue::paper
