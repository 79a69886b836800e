// The part of PaperClient that learns from what the venue says.

#include <string>
#include <string_view>
#include <variant>

#include "base/log.h"
#include "base/result.h"
#include "base/time.h"
#include "model/fill.h"
#include "model/instrument.h"
#include "model/order.h"
#include "model/venue_report.h"
#include "venue/paper/paper_client.h"
#include "venue/paper/protocol.h"
#include "venue/venue.h"

namespace bulwark::venue::paper {

struct PaperClient::AnswerHandler {
  PaperClient& client;

  [[nodiscard]] Question* question() const { return client.question_; }

  void operator()(const Welcome& welcome) const {
    if (client.state_ != State::kGreeting || welcome.fence != client.fence_) {
      client.LinkLost("a welcome that was not asked for");
      return;
    }
    if (!client.last_sequence_) {
      // Older fills are the business of FillsSince(): only the ledger knows which it has.
      client.last_sequence_ = welcome.last_sequence;
    }
    client.AskForEverything();
  }
  void operator()(const Observing& observing) const {
    client.last_sequence_ = observing.last_sequence;
    client.LearnCaughtUp();
  }
  void operator()(const Listed& /*listed*/) const {}
  void operator()(const model::OrderAccepted& accepted) const { client.Report(accepted); }
  void operator()(const FillLine& line) const { client.LearnFill(line); }
  void operator()(const model::OrderEnded& ended) const { client.LearnEnd(ended); }
  void operator()(const DuplicateLine& duplicate) const {
    ++client.duplicates_;
    base::LogError("venue_duplicate_order").With("order_id", duplicate.id.ToString());
    client.Write(QueryLine{duplicate.id});  // The first one with this id is what counts.
  }
  void operator()(const model::CancelRejected& refused) const {
    if (const auto found = client.in_flight_.find(refused.order_id);
        found != client.in_flight_.end()) {
      found->second.is_cancel_wanted = false;
    }
    client.Report(refused);
  }
  void operator()(const VenueOrder& order) const {
    if (question() != nullptr && question()->order_id == order.id) {
      question()->order = order;
      client.Answered(*question());
      return;
    }
    client.LearnOrder(order);
  }
  void operator()(const AccountLine& line) const {
    if (question() != nullptr && question()->is_snapshot) {
      question()->snapshot = {.cash = line.cash,
                              .opening_cash = line.opening_cash,
                              .last_fill_sequence = line.last_sequence,
                              .orders_seen = line.orders_seen,
                              .duplicates = line.duplicates};
    }
  }
  void operator()(const PositionLine& line) const {
    if (question() != nullptr && question()->is_snapshot) {
      question()->snapshot.positions.push_back(
          {.venue_symbol = line.symbol,
           .instrument = client.instruments_.Find(line.symbol.view()),
           .quantity = line.quantity});
    }
  }
  void operator()(const WorkingOrder& order) const {
    if (question() != nullptr && question()->is_snapshot) {
      question()->snapshot.orders.push_back(order);
    }
  }
  void operator()(const SnapshotDone& /*done*/) const {
    if (question() != nullptr && question()->is_snapshot) {
      client.Answered(*question());
    }
  }
  void operator()(const FillsDone& done) const {
    if (question() != nullptr && question()->is_fills) {
      question()->fills_done = done;
      client.Answered(*question());
      return;
    }
    if (done.has_more) {
      client.Write(FillsLine{done.last});
    } else if (client.state_ == State::kCatchingUp) {
      client.AskForOrders();
    }
  }
  void operator()(const Pong& pong) const {
    if (client.state_ == State::kCatchingUp && pong.token == client.ping_token_) {
      client.LearnCaughtUp();
    }
  }
  void operator()(const ErrorLine& error) const {
    if (error.code == base::ErrorCode::kConflict) {
      client.Fenced(error.text);
      return;
    }
    client.LinkLost(error.text);
    client.last_error_.code = error.code;
  }
};

void PaperClient::HandleLine(std::string_view line) {
  const auto answer = ParseAnswer(line);
  if (!answer) {
    LinkLost("the venue's " + answer.error().message);
    last_error_.code = base::ErrorCode::kCorrupt;
    return;
  }
  std::visit(AnswerHandler{*this}, *answer);
}

void PaperClient::LearnEnd(const model::OrderEnded& ended) {
  if (!is_history_read_) {
    // Its fills are not told yet, and an end must not overtake them. AskForOrders() will hear of
    // it.
    in_flight_.try_emplace(ended.order_id);
    return;
  }
  in_flight_.erase(ended.order_id);
  Report(ended);
}

void PaperClient::LearnFill(const FillLine& line) {
  const auto instrument = instruments_.Find(line.symbol.view());
  if (!instrument) {
    LinkLost("a fill in " + std::string(line.symbol.view()) + ", which is not configured");
    last_error_.code = base::ErrorCode::kCorrupt;
    return;
  }
  model::Fill fill = line.fill;
  fill.instrument = *instrument;
  if (line.is_past && question_ != nullptr && question_->is_fills) {
    question_->fills.push_back(fill);
    return;
  }
  if (!last_sequence_ || fill.venue_sequence <= *last_sequence_) {
    return;
  }
  // A fill that overtakes the history still being read, or one that got lost: the history has it.
  if (fill.venue_sequence != *last_sequence_ + 1) {
    if (state_ == State::kUp) {
      LinkLost("fill " + std::to_string(fill.venue_sequence) + " came after " +
               std::to_string(*last_sequence_));
    }
    return;
  }
  last_sequence_ = fill.venue_sequence;
  Report(model::OrderFilled{.fill = fill, .venue_order_id = line.venue_order_id});
  const auto found = in_flight_.find(fill.order_id);
  if (found != in_flight_.end() && found->second.missing.is_positive()) {
    found->second.missing -= fill.quantity;
    if (!found->second.missing.is_positive()) {
      in_flight_.erase(found);
    }
  }
}

// The answer to a question of AskForOrders(): the fills up to it have been reported before.
void PaperClient::LearnOrder(const VenueOrder& order) {
  const auto found = in_flight_.find(order.id);
  const bool is_cancel_wanted = found != in_flight_.end() && found->second.is_cancel_wanted;
  const base::UnixNanos now = base::WallNow();
  model::OrderEnded ended{.order_id = order.id,
                          .cumulative_filled = order.cumulative_filled,
                          .reason = order.reason,
                          .at = now};
  switch (order.status) {
    case VenueOrderStatus::kWorking:
      Report(model::OrderAccepted{
          .order_id = order.id, .venue_order_id = order.venue_order_id, .at = now});
      if (is_cancel_wanted) {
        Write(CancelLine{.id = order.id, .at = newest_});
      }
      return;
    case VenueOrderStatus::kUnknown:
      Report(model::OrderNotSent{
          .order_id = order.id, .reason = model::Reason("the venue never received it"), .at = now});
      break;
    case VenueOrderStatus::kFilled:
      break;
    case VenueOrderStatus::kCancelled:
      Report(ended);
      break;
    case VenueOrderStatus::kRejected:
      ended.end = model::OrderEnd::kRejected;
      Report(ended);
      break;
    case VenueOrderStatus::kExpired:
      ended.end = model::OrderEnd::kExpired;
      Report(ended);
      break;
  }
  in_flight_.erase(order.id);
}

}  // namespace bulwark::venue::paper
