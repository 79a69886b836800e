#include "api/commands.h"

#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include "api/state_document.h"
#include "base/log.h"
#include "base/result.h"
#include "base/time.h"
#include "ledger/ledger.h"
#include "ledger/ledger_place.h"
#include "ledger/release_rules.h"
#include "model/switches.h"
#include "net/message.h"
#include "redis/connection.h"
#include "redis/url.h"
#include "stateplane/switch_turner.h"

namespace bulwark::api {
namespace {

constexpr std::size_t kReasonBytesMax = 200;
constexpr std::string_view kNoReason = "no reason given";

// The body as an object whose confirmation is `word`, or the response that refuses it.
std::optional<net::Response> Refuse(const net::Request& request, std::string_view word,
                                    Json& body) {
  if (!request.Header("content-type").starts_with("application/json")) {
    return net::ErrorResponse(415, "send Content-Type: application/json");
  }
  body = Json::parse(request.body, nullptr, false);
  if (!body.is_object()) {
    return net::ErrorResponse(400, "the body is not a JSON object");
  }
  const auto confirmation = body.find("confirmation");
  if (confirmation == body.end() || *confirmation != word) {
    return net::ErrorResponse(400, "confirmation must be \"" + std::string(word) + "\"");
  }
  const auto reason = body.find("reason");
  if (reason != body.end() && !reason->is_string()) {
    return net::ErrorResponse(400, "reason must be a text");
  }
  return std::nullopt;
}

// For the log: that it was done, or why not.
template <class T>
std::string WordFor(const base::Result<T>& result) {
  return result ? "written" : result.error().message;
}

}  // namespace

std::string CleanReason(std::string_view text) {
  std::string clean;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    clean.push_back(byte < 0x20 || byte == 0x7F ? ' ' : c);
  }
  clean.erase(0, clean.find_first_not_of(' '));
  if (clean.size() > kReasonBytesMax) {
    std::size_t end = kReasonBytesMax;
    while (end > 0 && (static_cast<unsigned char>(clean[end]) & 0xC0U) == 0x80) {
      --end;  // Not inside a character.
    }
    clean.resize(end);
  }
  clean.resize(clean.find_last_not_of(' ') + 1);
  return clean;
}

Commands::Commands(ledger::LedgerPlace ledger, redis::Url url, redis::ConnectionOptions options,
                   const ledger::ReleaseRules& rules)
    : ledger_(std::move(ledger)),
      url_(std::move(url)),
      options_(std::move(options)),
      rules_(rules) {}

net::Response Commands::Take(const SwitchCommand& command, const net::Request& request) {
  Json body;
  if (auto refusal = Refuse(request, command.word, body)) {
    return std::move(*refusal);
  }
  const std::string reason = CleanReason(body.value("reason", ""));
  const std::lock_guard lock(mutex_);

  const stateplane::TurnReceipt receipt = Turn(command, reason);
  const bool is_recorded = receipt.recorded && receipt.recorded->sequence != 0;
  base::LogWarn("switch_command")
      .With("word", command.word)
      .With("reason", reason)
      .With("ledger", WordFor(receipt.recorded))
      .With("redis", WordFor(receipt.shown))
      .With("is_overtaken", receipt.newer_stop.has_value());
  if (!receipt.recorded && receipt.recorded.error().code == base::ErrorCode::kConflict) {
    return net::ErrorResponse(409, receipt.recorded.error().message);
  }
  if (!receipt.recorded && !receipt.shown) {
    return net::ErrorResponse(503, "not written (" + receipt.recorded.error().message +
                                       "); on the server, run: " + std::string(command.cli));
  }
  if (receipt.newer_stop) {
    return net::ErrorResponse(409, "a newer stop was set meanwhile: nothing is released");
  }
  Json answer = {{command.which == model::Switch::kHalt ? "halt" : "kill", command.is_on},
                 {"reason", reason},
                 {"ledger", is_recorded},
                 {"redis", receipt.shown.has_value()}};
  if (command.is_on && !receipt.recorded) {
    base::LogError("stop_not_recorded").With("error", receipt.recorded.error());
    answer["warning"] =
        "NOT RECORDED: the stop holds only while Redis keeps its key; mend the ledger and repeat "
        "it (" +
        receipt.recorded.error().message + ")";
  }
  return {.body = Dump(answer)};
}

stateplane::TurnReceipt Commands::Turn(const SwitchCommand& command, const std::string& reason) {
  const stateplane::TurnPeers peers{
      .record = [&](bool is_on, std::string_view why) { return Record(command.which, is_on, why); },
      .connect = [this] { return Connect(); }};
  const std::string_view why = reason.empty() ? kNoReason : std::string_view(reason);
  return command.is_on ? turner_.Stop(command.which, why, peers)
                       : turner_.Release(command.which, why, peers);
}

// Opens the ledger for this one turn: commands are rare, and an open file would outlive its folder.
base::Result<model::SwitchTurn> Commands::Record(model::Switch which, bool is_on,
                                                 std::string_view reason) const {
  model::SwitchTurn turn{.which = which,
                         .is_on = is_on,
                         .reason = std::string(reason),
                         .actor = "human",
                         .at = base::WallNow()};
  auto ledger =
      ledger::Ledger::Open(ledger_, {.is_created_if_missing = false, .is_checked = false});
  if (!ledger) {
    const bool has_none = ledger.error().code == base::ErrorCode::kNotFound;
    if (has_none && which == model::Switch::kHalt && !is_on) {
      return turn;  // Sequence 0: there is no ledger that could hold a halt.
    }
    return tl::unexpected<base::Error>(ledger.error());
  }
  const bool is_ruled = which == model::Switch::kKill && !is_on;
  return is_ruled ? (*ledger)->ReleaseKill(turn, rules_) : (*ledger)->Turn(turn);
}

// An idle connection may have died since the last command.
base::Result<redis::Connection*> Commands::Connect() {
  if (connection_ && connection_->is_alive() && connection_->Call({"PING"})) {
    return connection_.get();
  }
  connection_.reset();
  auto connection = redis::Connection::Connect(url_, options_);
  if (!connection) {
    return tl::unexpected<base::Error>(connection.error());
  }
  connection_ = *std::move(connection);
  return connection_.get();
}

}  // namespace bulwark::api
