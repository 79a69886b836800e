// The part of Server that understands requests and answers them.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/log.h"
#include "base/result.h"
#include "model/instrument.h"
#include "model/market_data.h"
#include "model/order.h"
#include "model/venue_report.h"
#include "venue/paper/exchange.h"
#include "venue/paper/paper_order.h"
#include "venue/paper/protocol.h"
#include "venue/paper/server.h"
#include "venue/venue.h"

namespace bulwark::venue::paper {
namespace {

using base::ErrorCode;

template <class... Visitors>
struct Overloaded : Visitors... {
  using Visitors::operator()...;
};

bool IsGreeting(const Request& request) {
  return std::holds_alternative<Hello>(request) || std::holds_alternative<Observe>(request);
}

bool NeedsTrader(const Request& request) {
  return std::holds_alternative<TickLine>(request) || std::holds_alternative<Submission>(request) ||
         std::holds_alternative<CancelLine>(request) || std::holds_alternative<List>(request);
}

}  // namespace

struct Server::RequestHandler {
  Server& server;
  Session& session;

  base::Result<void> operator()(const Hello& hello) const {
    return server.Admit(session, hello.fence);
  }
  base::Result<void> operator()(const Observe& /*observe*/) const {
    session.role = Role::kObserver;
    Append(Observing{server.exchange_.last_sequence()}, session.socket.out());
    return {};
  }
  base::Result<void> operator()(const List& list) const {
    return server.ListInstrument(session, list);
  }
  base::Result<void> operator()(const TickLine& line) const {
    const auto instrument = server.exchange_.Find(line.symbol.view());
    if (!instrument) {
      EndWith(session, ErrorCode::kInvalidArgument,
              "TICK of '" + std::string(line.symbol.view()) + "', which is not listed");
      return {};
    }
    model::Tick tick = line.tick;
    tick.instrument = *instrument;
    server.exchange_.OnTick(tick, server.outcomes_);
    return server.Deliver();
  }
  base::Result<void> operator()(const Submission& submission) const {
    server.exchange_.Submit(submission, server.outcomes_);
    return server.Deliver();
  }
  base::Result<void> operator()(const CancelLine& cancel) const {
    server.exchange_.Cancel(cancel.id, cancel.at, server.outcomes_);
    return server.Deliver();
  }
  base::Result<void> operator()(const QueryLine& query) const {
    return server.AnswerQuery(session, query.id);
  }
  base::Result<void> operator()(const SnapshotLine& /*snapshot*/) const {
    server.AnswerSnapshot(session);
    return {};
  }
  base::Result<void> operator()(const FillsLine& fills) const {
    return server.AnswerFills(session, fills.since);
  }
  base::Result<void> operator()(const Ping& ping) const {
    Append(Pong{ping.token}, session.socket.out());
    return {};
  }
};

base::Result<void> Server::ServeLine(Session& session, std::string_view line) {
  const auto request = ParseRequest(line);
  if (!request) {
    EndWith(session, request.error().code, request.error().message);
    return {};
  }
  if (IsGreeting(*request) != (session.role == Role::kStranger)) {
    EndWith(session, ErrorCode::kInvalidArgument, "a session greets once, and first");
    return {};
  }
  if (NeedsTrader(*request) && session.role != Role::kTrader) {
    EndWith(session, ErrorCode::kInvalidArgument, "an observer only asks");
    return {};
  }
  return std::visit(RequestHandler{*this, session}, *request);
}

base::Result<void> Server::Admit(Session& session, const Fence& fence) {
  const std::string name = std::to_string(fence.epoch) + "." + std::to_string(fence.session);
  const std::string held = std::to_string(fence_.epoch) + "." + std::to_string(fence_.session);
  if (fence <= fence_) {
    EndWith(session, ErrorCode::kConflict, "session " + name + " is fenced by " + held);
    return {};
  }
  if (trader_ != nullptr) {
    // Whatever it still sent is never read: see Serve().
    EndWith(*trader_, ErrorCode::kConflict, "session " + held + " is fenced by " + name);
  }
  fence_ = fence;
  trader_ = &session;
  session.role = Role::kTrader;
  base::LogInfo("venue_session_opened").With("session", name);
  Append(Welcome{.fence = fence, .last_sequence = exchange_.last_sequence()}, session.socket.out());
  return store_->RecordFence(fence);
}

base::Result<void> Server::ListInstrument(Session& session, const List& list) {
  const auto listed = exchange_.List({.symbol = list.symbol,
                                      .venue_symbol = list.symbol,
                                      .tick_size = list.tick_size,
                                      .lot_size = list.lot_size,
                                      .min_notional = list.min_notional});
  if (!listed) {
    // Not kConflict: that code means the fence.
    EndWith(session, ErrorCode::kInvalidArgument, listed.error().message);
    return {};
  }
  Append(Listed{list.symbol}, session.socket.out());
  return store_->RecordInstrument(exchange_.instruments().at(listed->index));
}

// To the store first; the trader's copy waits in its buffer until the commit.
base::Result<void> Server::Deliver() {
  for (const Outcome& outcome : outcomes_) {
    if (auto recorded = store_->Record(outcome); !recorded) {
      return recorded;
    }
    if (const auto* duplicate = std::get_if<Duplicate>(&outcome)) {
      base::LogError("venue_duplicate_order").With("order_id", duplicate->id.ToString());
    }
    if (trader_ != nullptr && !trader_->is_ending) {
      Append(AnswerOf(outcome), trader_->socket.out());
    }
  }
  outcomes_.clear();
  return {};
}

Answer Server::AnswerOf(const Outcome& outcome) const {
  return std::visit(
      Overloaded{[](const Accepted& accepted) -> Answer {
                   return model::OrderAccepted{.order_id = accepted.order.asked.id,
                                               .venue_order_id = VenueIdOf(accepted.order),
                                               .at = accepted.at};
                 },
                 [&](const Filled& filled) -> Answer {
                   return FillLine{.symbol = filled.order.asked.symbol,
                                   .fill = filled.fill,
                                   .venue_order_id = VenueIdOf(filled.order)};
                 },
                 [](const Ended& ended) -> Answer {
                   return model::OrderEnded{.order_id = ended.order.asked.id,
                                            .end = ended.end,
                                            .cumulative_filled = ended.order.filled,
                                            .reason = ended.reason,
                                            .at = ended.at};
                 },
                 [](const CancelRefused& refused) -> Answer {
                   return model::CancelRejected{
                       .order_id = refused.id, .reason = refused.reason, .at = refused.at};
                 },
                 [](const Duplicate& duplicate) -> Answer { return DuplicateLine{duplicate.id}; }},
      outcome);
}

base::Result<void> Server::AnswerQuery(Session& session, const model::OrderId& id) {
  VenueOrder answer{.id = id};
  if (exchange_.HasSeen(id)) {
    const auto found = store_->FindOrder(id);
    if (!found) {
      return tl::unexpected(found.error());
    }
    answer = found->value_or(answer);
  }
  Append(answer, session.socket.out());
  return {};
}

base::Result<void> Server::AnswerFills(Session& session, std::uint64_t since) {
  std::uint64_t last = since;
  const auto has_more = store_->FillsAfter(since, kFillsPerAnswer, [&](const FillLine& line) {
    last = line.fill.venue_sequence;
    Append(line, session.socket.out());
  });
  if (!has_more) {
    return tl::unexpected(has_more.error());
  }
  Append(FillsDone{.last = last, .has_more = *has_more}, session.socket.out());
  return {};
}

void Server::AnswerSnapshot(Session& session) const {
  std::string& out = session.socket.out();
  Append(AccountLine{.cash = exchange_.account().cash(),
                     .opening_cash = exchange_.opening_cash(),
                     .last_sequence = exchange_.last_sequence(),
                     .orders_seen = exchange_.orders_seen(),
                     .duplicates = exchange_.duplicates()},
         out);
  for (const model::Instrument& instrument : exchange_.instruments()) {
    Append(PositionLine{.symbol = instrument.venue_symbol,
                        .quantity = exchange_.account().position(instrument.id)},
           out);
  }
  for (const auto& [number, order] : exchange_.working()) {
    Append(WorkingOrder{.id = order.asked.id,
                        .venue_order_id = VenueIdOf(order),
                        .venue_symbol = order.asked.symbol,
                        .side = order.asked.side,
                        .quantity = order.asked.quantity,
                        .cumulative_filled = order.filled,
                        .limit_price = order.asked.limit_price},
           out);
  }
  Append(SnapshotDone{}, out);
}

}  // namespace bulwark::venue::paper
