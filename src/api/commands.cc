#include "api/commands.h"

#include <cstddef>
#include <filesystem>
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
#include "contract/keys.h"
#include "ledger/ledger.h"
#include "model/switches.h"
#include "net/message.h"
#include "redis/connection.h"
#include "redis/url.h"

namespace bulwark::api {
namespace {

constexpr std::size_t kReasonBytesMax = 200;

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

Commands::Commands(std::filesystem::path ledger, redis::Url url, redis::ConnectionOptions options)
    : ledger_(std::move(ledger)), url_(std::move(url)), options_(std::move(options)) {}

net::Response Commands::Take(const SwitchCommand& command, const net::Request& request) {
  Json body;
  if (auto refusal = Refuse(request, command.word, body)) {
    return std::move(*refusal);
  }
  const std::string reason = CleanReason(body.value("reason", ""));
  const bool is_halt_key = command.which == model::Switch::kHalt;
  const std::lock_guard lock(mutex_);

  const auto recorded = Record(command, reason);
  const bool has_no_ledger = !recorded && recorded.error().code == base::ErrorCode::kNotFound;
  const bool may_write_key = is_halt_key && (recorded || has_no_ledger || command.is_on);
  const auto shown =
      may_write_key ? SetHalt(command.is_on ? "true" : "false")
                    : base::Result<void>(base::Fail(base::ErrorCode::kUnavailable, "not asked"));
  base::LogWarn("switch_command")
      .With("word", command.word)
      .With("reason", reason)
      .With("ledger", recorded ? "written" : recorded.error().message)
      .With("redis", shown ? "written" : shown.error().message);
  if (!recorded && !shown) {
    return net::ErrorResponse(503, "not written (" + recorded.error().message +
                                       "); on the server, run: " + std::string(command.cli));
  }
  return {.body = Dump({{is_halt_key ? "halt" : "kill", command.is_on},
                        {"reason", reason},
                        {"ledger", recorded.has_value()},
                        {"redis", shown.has_value()}})};
}

// Opens the ledger for this one turn: commands are rare, and an open file would outlive its folder.
base::Result<void> Commands::Record(const SwitchCommand& command, const std::string& reason) const {
  auto ledger =
      ledger::Ledger::Open(ledger_, {.is_created_if_missing = false, .is_checked = false});
  if (!ledger) {
    return tl::unexpected<base::Error>(ledger.error());
  }
  const auto turn = (*ledger)->Turn({.which = command.which,
                                     .is_on = command.is_on,
                                     .reason = reason.empty() ? "no reason given" : reason,
                                     .actor = "human",
                                     .at = base::WallNow()});
  if (!turn) {
    return tl::unexpected<base::Error>(turn.error());
  }
  return {};
}

// Tries twice: an idle connection may have died since the last command, and SET may be repeated.
base::Result<void> Commands::SetHalt(std::string_view value) {
  const bool was_connected = connection_ && connection_->is_alive();
  auto set = TryHalt(value);
  if (!set && was_connected && !connection_->is_alive()) {
    set = TryHalt(value);
  }
  return set;
}

base::Result<void> Commands::TryHalt(std::string_view value) {
  if (!connection_ || !connection_->is_alive()) {
    auto connection = redis::Connection::Connect(url_, options_);
    if (!connection) {
      return tl::unexpected<base::Error>(connection.error());
    }
    connection_ = std::move(*connection);
  }
  if (const auto reply = connection_->Call({"SET", contract::keys::Halt().view(), value}); !reply) {
    return tl::unexpected<base::Error>(reply.error());
  }
  return {};
}

}  // namespace bulwark::api
