#include "explain/story_report.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/decimal.h"
#include "base/iso_time.h"
#include "base/time.h"
#include "explain/event_facts.h"
#include "explain/story.h"
#include "ledger/run_history.h"
#include "model/denial.h"
#include "model/event.h"
#include "model/fill.h"
#include "model/market_data.h"
#include "model/names.h"
#include "model/order.h"
#include "model/signal.h"
#include "model/venue_report.h"
#include "risk/gate_trace.h"

namespace bulwark::explain {
namespace {

using Json = nlohmann::ordered_json;

struct Step {
  std::optional<base::UnixNanos> at;
  std::string name;
  std::string text;
  Json facts = Json::object();
};

std::string Iso(base::UnixNanos at) {
  return base::FormatIso(at, base::IsoSuffix::kZulu);
}

// "+0.000412" seconds.
std::string Span(base::Nanos span) {
  return fmt::format("{:+.6f}", static_cast<double>(span.count()) / 1e9);
}

Step EventStep(const Cause& cause) {
  const model::Event& event = cause.event.event;
  Step step{.at = TimeOf(event), .name = "event"};
  step.facts = {
      {"epoch", cause.event.epoch}, {"sequence", cause.event.sequence}, {"kind", KindOf(event)}};
  if (const auto* tick = std::get_if<model::Tick>(&event)) {
    step.text = fmt::format("trade of {} at {}, {} {}, market time {}", cause.symbol.view(),
                            tick->price.ToString(), model::Name(tick->side), tick->size.ToString(),
                            Iso(tick->event_at));
    step.facts["price"] = tick->price.ToString();
    step.facts["size"] = tick->size.ToString();
    step.facts["event_at"] = Iso(tick->event_at);
  } else {
    const std::string detail = DetailOf(event);
    step.text = KindOf(event) + (detail.empty() ? "" : ": " + detail);
  }
  step.text += fmt::format("  (event {} of run {})", cause.event.sequence, cause.event.epoch);
  return step;
}

void AddBar(const Cause& cause, std::vector<Step>& steps) {
  if (!cause.bar) {
    return;
  }
  const model::Bar& bar = *cause.bar;
  Step step{.name = "bar"};
  step.text = fmt::format("closed at {}: open {} high {} low {} close {} volume {}",
                          Iso(bar.close_at), bar.open.ToString(), bar.high.ToString(),
                          bar.low.ToString(), bar.close.ToString(), bar.volume.ToString());
  step.facts = {{"open_at", Iso(bar.open_at)},    {"close_at", Iso(bar.close_at)},
                {"open", bar.open.ToString()},    {"high", bar.high.ToString()},
                {"low", bar.low.ToString()},      {"close", bar.close.ToString()},
                {"volume", bar.volume.ToString()}};
  steps.push_back(std::move(step));
}

void AddOpinions(const Cause& cause, std::vector<Step>& steps) {
  for (const model::Signal& signal : cause.signals) {
    steps.push_back({.name = "signal",
                     .text = fmt::format("{} {} with confidence {:.3f}", signal.strategy.view(),
                                         model::Name(signal.direction), signal.confidence),
                     .facts = {{"strategy", signal.strategy.view()},
                               {"direction", model::Name(signal.direction)},
                               {"confidence", signal.confidence}}});
  }
  if (cause.decision) {
    const model::Decision& decision = *cause.decision;
    steps.push_back(
        {.name = "decision",
         .text = fmt::format("{} by {}, confidence {:.3f}, id {}", model::Name(decision.direction),
                             decision.strategy.view(), decision.confidence, decision.id.ToString()),
         .facts = {{"id", decision.id.ToString()},
                   {"direction", model::Name(decision.direction)},
                   {"strategy", decision.strategy.view()},
                   {"confidence", decision.confidence}}});
  }
}

std::string PriceText(const std::optional<base::Decimal>& price) {
  return price ? price->ToString() : "unknown";
}

void AddQuestion(const Cause& cause, std::vector<Step>& steps) {
  if (!cause.asked) {
    steps.push_back({.name = "no order",
                     .text = "the decision asked for nothing: there was "
                             "nothing to buy or sell, or no price"});
    return;
  }
  const Asked& asked = *cause.asked;
  const model::NewOrder& order = asked.order;
  Step wish{.name = "wish"};
  wish.text = fmt::format("{} {} {} {}{}; free cash {}, equity {}, held {}, last price {}",
                          model::Name(order.side), order.quantity.ToString(), cause.symbol.view(),
                          model::Name(order.type),
                          order.limit_price ? " " + order.limit_price->ToString() : "",
                          asked.books.free_cash.ToString(), PriceText(asked.books.equity),
                          asked.books.owned_quantity.ToString(), PriceText(asked.mark.price));
  wish.facts = {
      {"side", model::Name(order.side)},          {"quantity", order.quantity.ToString()},
      {"type", model::Name(order.type)},          {"origin", model::Name(order.origin)},
      {"reduce_only", order.reduce_only},         {"free_cash", asked.books.free_cash.ToString()},
      {"equity", PriceText(asked.books.equity)},  {"held", asked.books.owned_quantity.ToString()},
      {"last_price", PriceText(asked.mark.price)}};
  if (asked.first_quantity && asked.first_denial) {
    const std::string_view code = model::DenialName(asked.first_denial->code);
    wish.text +=
        fmt::format("; made smaller: {} was refused, {}", asked.first_quantity->ToString(), code);
    wish.facts["first_quantity"] = asked.first_quantity->ToString();
    wish.facts["first_denial"] = code;
  }
  if (asked.size_factor < base::Decimal::FromInt(1)) {
    wish.text += fmt::format("; the watchdog gives entries x {}", asked.size_factor.ToString());
    wish.facts["size_factor"] = asked.size_factor.ToString();
  }
  steps.push_back(std::move(wish));
}

std::string_view Word(risk::CheckOutcome outcome) {
  switch (outcome) {
    case risk::CheckOutcome::kPassed:
      return "passed";
    case risk::CheckOutcome::kObjected:
      return "DENIED";
    case risk::CheckOutcome::kNotAsked:
      return "not asked";
  }
  return "unknown";
}

void AddChecks(const Cause& cause, std::vector<Step>& steps) {
  if (!cause.asked) {
    return;
  }
  for (const risk::TracedCheck& check : cause.asked->checks) {
    Step step{.name = "check"};
    step.text = fmt::format("{:<22} {:<9}", check.guard, Word(check.outcome));
    step.facts = {{"guard", check.guard}, {"outcome", Word(check.outcome)}};
    if (check.value && check.limit) {
      step.text += fmt::format(" {} of {}", check.value->ToString(), check.limit->ToString());
      step.facts["value"] = check.value->ToString();
      step.facts["limit"] = check.limit->ToString();
    }
    if (check.code) {
      step.text += fmt::format(" {}", model::DenialName(*check.code));
      step.facts["code"] = model::DenialName(*check.code);
    }
    steps.push_back(std::move(step));
  }
}

Step IntentStep(const ledger::HistoricOrder& first) {
  const model::Order& order = first.order;
  Step step{.at = order.created_at, .name = "intent"};
  step.text = fmt::format(
      "{} {} {}, durable before it leaves; reserves {}", model::Name(order.side),
      order.quantity.ToString(), model::Name(order.type),
      order.reserved_cash.is_zero() ? order.reserved_quantity.ToString() + " of the position"
                                    : order.reserved_cash.ToString() + " cash");
  step.facts = {{"epoch", first.epoch},
                {"intent", model::Name(order.intent)},
                {"reserved_cash", order.reserved_cash.ToString()},
                {"reserved_quantity", order.reserved_quantity.ToString()}};
  return step;
}

// Sends, acknowledgements, fills, cancels and the end, in the order of their times.
void AddLife(const Story& story, std::vector<Step>& steps) {
  std::vector<Step> life;
  for (const StoryEvent& report : story.reports) {
    if (std::holds_alternative<model::OrderFilled>(report.event)) {
      continue;  // The ledger's row says more.
    }
    const std::string detail = DetailOf(report.event);
    life.push_back(
        {.at = TimeOf(report.event),
         .name = KindOf(report.event),
         .text = detail,
         .facts = {{"epoch", report.epoch}, {"sequence", report.sequence}, {"detail", detail}}});
  }
  for (const ledger::HistoricFill& row : story.history.fills) {
    const model::Fill& fill = row.fill;
    life.push_back(
        // Booked at the time of the event before it, which may be earlier than the fill.
        {.at = std::max(fill.booked_at, fill.at),
         .name = "fill",
         .text = fmt::format("{} at {}, fee {}, P&L {}, trade {}, venue's time {}",
                             fill.quantity.ToString(), fill.price.ToString(), fill.fee.ToString(),
                             row.realised_pnl.ToString(), fill.trade_id.view(), Iso(fill.at)),
         .facts = {{"quantity", fill.quantity.ToString()},
                   {"price", fill.price.ToString()},
                   {"fee", fill.fee.ToString()},
                   {"realised_pnl", row.realised_pnl.ToString()},
                   {"trade_id", fill.trade_id.view()},
                   {"venue_at", Iso(fill.at)}}});
  }
  bool was_cancel_requested = false;
  model::OrderStatus status = model::OrderStatus::kPending;
  for (const ledger::HistoricOrder& row : story.history.orders) {
    const model::Order& order = row.order;
    if (order.is_cancel_requested && !was_cancel_requested) {
      life.push_back({.at = order.updated_at, .name = "cancel asked for"});
    }
    was_cancel_requested = order.is_cancel_requested;
    if (order.status != status) {
      status = order.status;
      life.push_back({.at = order.updated_at,
                      .name = "status",
                      .text = fmt::format("{}{}{}", model::Name(status),
                                          order.reason.empty() ? "" : ": ", order.reason.view()),
                      .facts = {{"status", model::Name(status)}, {"reason", order.reason.view()}}});
    }
  }
  std::ranges::stable_sort(life, {}, [](const Step& step) { return *step.at; });
  std::ranges::move(life, std::back_inserter(steps));
}

std::optional<base::UnixNanos> SentAt(const Story& story) {
  for (const StoryEvent& report : story.reports) {
    if (const auto* sent = std::get_if<model::OrderSent>(&report.event)) {
      return sent->at;
    }
  }
  return std::nullopt;
}

Step ResultStep(const Story& story) {
  const model::Order& order = story.history.orders.back().order;
  base::Decimal pnl;
  for (const ledger::HistoricFill& row : story.history.fills) {
    pnl += row.realised_pnl;
  }
  Step step{.name = "result"};
  const auto average = order.average_fill_price();
  step.text = fmt::format("{}, filled {} of {}{}, fees {}, realised P&L {}",
                          model::Name(order.status), order.filled_quantity.ToString(),
                          order.quantity.ToString(), average ? " at " + average->ToString() : "",
                          order.fees_paid.ToString(), pnl.ToString());
  step.facts = {{"status", model::Name(order.status)},
                {"filled", order.filled_quantity.ToString()},
                {"fees", order.fees_paid.ToString()},
                {"realised_pnl", pnl.ToString()}};
  if (average) {
    step.facts["average_price"] = average->ToString();
  }
  const auto span = [&](std::string_view name, base::Nanos from_to) {
    const double ms = static_cast<double>(from_to.count()) / 1e6;
    step.text += fmt::format(", {} {:.3f}", name, ms);
    step.facts[std::string(name)] = ms;
  };
  const auto sent_at = SentAt(story);
  const bool is_filled = !story.history.fills.empty();
  if (story.cause && sent_at) {
    span("TICK_TO_SENT_MS", *sent_at - TimeOf(story.cause->event.event));
  }
  if (story.cause && is_filled) {
    span("TICK_TO_FILL_MS",
         story.history.fills.front().fill.booked_at - TimeOf(story.cause->event.event));
  }
  return step;
}

std::vector<Step> StepsOf(const Story& story) {
  std::vector<Step> steps;
  if (story.cause) {
    steps.push_back(EventStep(*story.cause));
    AddBar(*story.cause, steps);
    AddOpinions(*story.cause, steps);
    AddQuestion(*story.cause, steps);
    AddChecks(*story.cause, steps);
  }
  if (!story.history.orders.empty()) {
    steps.push_back(IntentStep(story.history.orders.front()));
    AddLife(story, steps);
    steps.push_back(ResultStep(story));
  }
  return steps;
}

std::string Title(const Story& story) {
  if (story.history.orders.empty()) {
    return fmt::format("decision on {}{}\n", story.symbol.view(),
                       story.order_id ? ", order " + story.order_id->ToString() : ", no order");
  }
  const ledger::HistoricOrder& last = story.history.orders.back();
  return fmt::format("order {}  {} {} {} {}  {}\n", last.order.id.ToString(), story.symbol.view(),
                     model::Name(last.order.side), last.order.quantity.ToString(),
                     model::Name(last.order.type), model::Name(last.order.status));
}

}  // namespace

std::string DescribeStory(const Story& story) {
  std::string text = Title(story);
  for (const std::string& missing : story.missing) {
    text += fmt::format("NOT KNOWN ANY MORE: {}; below is what is left\n", missing);
  }
  std::optional<base::UnixNanos> previous;
  for (const Step& step : StepsOf(story)) {
    const std::string span = step.at && previous ? Span(*step.at - *previous) : "";
    text += fmt::format("{:<27} {:>11}  {:<16} {}\n", step.at ? Iso(*step.at) : "", span, step.name,
                        step.text);
    previous = step.at ? step.at : previous;
  }
  return text;
}

std::string StoryAsJson(const Story& story) {
  Json json{{"order_id", story.order_id ? Json(story.order_id->ToString()) : Json()},
            {"symbol", story.symbol.view()},
            {"missing", story.missing},
            {"steps", Json::array()}};
  for (const Step& step : StepsOf(story)) {
    Json row{{"step", step.name}, {"at", step.at ? Json(Iso(*step.at)) : Json()}};
    row.update(step.facts);
    json["steps"].push_back(std::move(row));
  }
  return json.dump(2) + "\n";
}

std::string DescribeDenied(const std::vector<DeniedDecision>& denied) {
  std::string text;
  for (const DeniedDecision& row : denied) {
    text += fmt::format("{}  {}  {:<10} {} value {} limit {}\n", Iso(row.at),
                        row.decision_id.ToString(), row.symbol.view(),
                        model::DenialName(row.denial.code), row.denial.value.ToString(),
                        row.denial.limit.ToString());
  }
  return text.empty() ? "nothing was denied\n" : text;
}

std::string DeniedAsJson(const std::vector<DeniedDecision>& denied) {
  Json json = Json::array();
  for (const DeniedDecision& row : denied) {
    json.push_back({{"at", Iso(row.at)},
                    {"epoch", row.epoch},
                    {"sequence", row.sequence},
                    {"decision_id", row.decision_id.ToString()},
                    {"symbol", row.symbol.view()},
                    {"code", model::DenialName(row.denial.code)},
                    {"value", row.denial.value.ToString()},
                    {"limit", row.denial.limit.ToString()}});
  }
  return json.dump(2) + "\n";
}

}  // namespace bulwark::explain
