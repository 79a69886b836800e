#include "contract/alert_document.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "base/decimal.h"
#include "base/ensure.h"
#include "base/iso_time.h"
#include "base/result.h"
#include "contract/json_reader.h"
#include "contract/json_writer.h"
#include "model/names.h"

namespace bulwark::contract {
namespace {

constexpr std::array<std::string_view, 4> kFixedFields = {"timestamp", "level", "event", "message"};

using EventMessage = std::pair<std::string_view, std::string_view>;
constexpr std::array<EventMessage, 58> kMessages = {{
    {"SYSTEM_HALT", "Emergency halt triggered"},
    {"SYSTEM_RESUMED", "Halt ended by an operator"},
    {"KILL_SWITCH_ACTIVATED", "Kill switch activated"},
    {"KILL_SWITCH_RELEASED", "Kill switch released"},
    {"SWITCH_KEY_WRONG", "The key of a stop held what nobody should write"},
    {"STARTUP_RECONCILE_FAILED", "Reconciliation at start-up failed"},
    {"OMS_RECONCILE_FAILED", "Reconciliation with the venue failed"},
    {"OMS_RECONCILE_AMBIGUOUS", "Reconciliation could not resolve an order"},
    {"FOREIGN_ORDER", "An order that is not ours works at the venue"},
    {"RECONCILE_REPORT", "A report about the account waits: bulwark reconcile show"},
    {"ADOPTION_REFUSED", "An order placed by hand could not be taken for ours"},
    {"BOOKS_ADJUSTED", "A person's decision changed the books"},
    {"UNJOURNALED_ORDER", "An order of ours that the ledger never saw was found at the venue"},
    {"STRATEGY_EXECUTION_FAILED", "Strategy execution failed"},
    {"SYMBOL_TICK_FAILED", "Processing a tick failed"},
    {"ORDER_SUBMISSION_REJECTED", "Order submission rejected"},
    {"ORDER_SUBMISSION_FAILED", "Order submission failed"},
    {"ORDER_SUBMISSION_TIMEOUT", "Order submission timed out"},
    {"ORDER_SUBMISSION_AMBIGUOUS", "Order submission ended ambiguously"},
    {"ORDER_SUBMISSION_EXCEPTION", "Order submission raised an error"},
    {"ORDER_REJECTED", "Order rejected by the venue"},
    {"ORDER_CONFIRMATION_FAILED", "Booking a fill failed"},
    {"ORDER_TIMEOUT_STATUS", "Venue reported a timeout for an order"},
    {"ORDER_NO_FILL_REPORT", "Venue sent no fill report"},
    {"DATA_FEED_EXHAUSTED", "Market data feed exhausted"},
    {"STALE_OHLCV_DATA", "Market data is stale"},
    {"FEED_DISCONNECTED", "Market data feed disconnected"},
    {"FEED_RECONNECTED", "Market data feed reconnected"},
    {"WATCHDOG_REDUCED", "The account is losing: entries are made smaller"},
    {"WATCHDOG_STOPPED", "The account is losing: no entries"},
    {"WATCHDOG_RECOVERED", "The account recovered: entries have their full size again"},
    {"STOP_LOSS_TRIGGERED", "The stop of a position was reached"},
    {"STOP_LOSS_MISSING", "A position could not be given a stop"},
    {"POSITION_NOT_LIQUIDATED", "A position could not be liquidated"},
    {"LEDGER_UNAVAILABLE", "The ledger cannot be written; no entries until it is back"},
    {"LEDGER_DAMAGED", "The ledger refuses what it should take; no entries"},
    {"LEDGER_BACK", "The ledger is written again"},
    {"ORDER_DENIED", "Order denied by the gate"},
    {"DAY_TRADES_REPLACED", "The day trades in Redis were of a foreign type"},
    {"DAY_TRADE_ELSEWHERE", "Somebody else wrote a day trade"},
    {"DAY_TRADE_LIMIT_EXCEEDED", "An exit makes one day trade too many"},
    {"LATE_FILL", "An order was filled after its end"},
    {"FILL_UNUSABLE",
     "The venue told of a trade without a quantity, or of numbers beyond all reason"},
    {"OVERFILL", "The venue filled more than was ordered"},
    {"FILL_FOR_UNKNOWN_ORDER", "The venue filled an order that nobody here made"},
    {"FILLS_WITHOUT_TRADES", "The venue told a total that belongs to no order of ours"},
    {"TRADE_BUSTED", "The venue declared a trade void; it was taken back"},
    {"TRADE_CORRECTED", "The venue changed a trade; the books follow"},
    {"TRADE_CHANGE_BEFORE_TRADE", "The venue changed a trade that has not come yet"},
    {"TRADE_CHANGE_UNBOOKED", "The venue changed a trade that cannot be taken back any more"},
    {"PROTECTION_LOST", "The venue ended a protective stop unfilled; it is sent again"},
    {"FEE_CURRENCY_UNKNOWN", "A fee was taken in a currency without a price"},
    {"CORPORATE_ACTION_REFUSED", "A split or dividend makes no sense and was not booked"},
    {"JOB_OVERRUN", "A job runs for longer than it should"},
    {"JOB_MISSED", "Planned runs of a job did not take place"},
    {"JOB_NOT_STARTED", "A job was due and has not begun"},
    {"JOB_FAILED", "A job failed and is not repeated any more"},
    {"STOP_LOSS_FIRED", "Stop-loss closed a position"},
}};

void EncodeDetail(JsonWriter& json, const AlertDetail& detail) {
  ENSURE(std::find(kFixedFields.begin(), kFixedFields.end(), detail.name) == kFixedFields.end());
  if (const auto* text = std::get_if<std::string_view>(&detail.value)) {
    json.Text(detail.name, *text);
  } else if (const auto* number = std::get_if<base::Decimal>(&detail.value)) {
    json.Number(detail.name, *number);
  } else if (const auto* integer = std::get_if<std::int64_t>(&detail.value)) {
    json.Integer(detail.name, *integer);
  } else {
    json.Flag(detail.name, std::get<bool>(detail.value));
  }
}

std::string DetailText(const JsonValue& value) {
  return value.kind == JsonValue::Kind::kText ? value.text : value.Describe();
}

bool IsLevel(std::string_view level) {
  return level == "DEBUG" || level == "INFO" || level == "WARNING" || level == "ERROR" ||
         level == "CRITICAL";
}

}  // namespace

std::string_view AlertMessage(std::string_view event) {
  const auto* row = std::find_if(kMessages.begin(), kMessages.end(),
                                 [&](const EventMessage& known) { return known.first == event; });
  return row == kMessages.end() ? event : row->second;
}

void EncodeAlert(std::string& out, const Alert& alert) {
  JsonWriter json(out, Spelling::kSpaced);
  json.BeginObject();
  json.Time("timestamp", alert.at, base::IsoSuffix::kOffset);
  json.Text("level", model::Name(alert.level));
  json.Text("event", alert.event);
  json.Text("message", alert.message.empty() ? AlertMessage(alert.event) : alert.message);
  for (const AlertDetail& detail : alert.details) {
    EncodeDetail(json, detail);
  }
  json.EndObject();
}

base::Result<AlertDocument> DecodeAlert(std::string_view text) {
  const auto object = ParseJsonObject(text);
  if (!object) {
    return base::FailWith("alert", object.error());
  }
  FieldReader fields(*object);
  AlertDocument alert;
  alert.at = fields.RequiredTime("timestamp");
  alert.level = fields.RequiredText("level");
  alert.event = fields.RequiredText("event");
  alert.message = fields.Text("message").value_or("");
  if (!IsLevel(alert.level)) {
    fields.Wrong("level", "a level");
  }
  for (std::size_t at = 0; at < object->names.size(); ++at) {
    const std::string& name = object->names[at];
    const JsonValue& value = object->items[at];
    if (std::find(kFixedFields.begin(), kFixedFields.end(), name) != kFixedFields.end()) {
      continue;
    }
    if (value.kind == JsonValue::Kind::kArray || value.kind == JsonValue::Kind::kObject) {
      fields.Wrong(name, "a plain value");
    }
    alert.details.emplace_back(name, DetailText(value));
  }
  if (!fields.is_ok()) {
    return base::FailWith("alert", fields.error());
  }
  return alert;
}

}  // namespace bulwark::contract
