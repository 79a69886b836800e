#include "api/commands.h"

#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include "api/keys.h"
#include "api/state_document.h"
#include "base/log.h"
#include "base/result.h"
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

Commands::Commands(redis::Url url, redis::ConnectionOptions options)
    : url_(std::move(url)), options_(std::move(options)) {}

net::Response Commands::Halt(const net::Request& request) {
  Json body;
  if (auto refusal = Refuse(request, "HALT", body)) {
    return std::move(*refusal);
  }
  return Write("true", CleanReason(body.value("reason", "")));
}

net::Response Commands::Resume(const net::Request& request) {
  Json body;
  if (auto refusal = Refuse(request, "RESUME", body)) {
    return std::move(*refusal);
  }
  return Write("false", CleanReason(body.value("reason", "")));
}

net::Response Commands::Write(std::string_view value, const std::string& reason) {
  const bool is_halt = value == "true";
  const auto written = SetHalt(value);
  base::LogWarn(is_halt ? "halt_requested" : "resume_requested")
      .With("reason", reason)
      .With("written", written.has_value());
  if (!written) {
    const std::string other = is_halt ? "bulwark halt --reason ..." : "bulwark resume";
    return net::ErrorResponse(503, "redis did not take it (" + written.error().message +
                                       "); on the server, run: " + other);
  }
  return {.body = Dump({{"halt", is_halt}, {"reason", reason}})};
}

// Tries twice: an idle connection may have died since the last command, and SET may be repeated.
base::Result<void> Commands::SetHalt(std::string_view value) {
  const std::lock_guard lock(mutex_);
  for (int attempt = 1;; ++attempt) {
    if (!connection_ || !connection_->is_alive()) {
      auto connection = redis::Connection::Connect(url_, options_);
      if (!connection) {
        return tl::unexpected<base::Error>(connection.error());
      }
      connection_ = std::move(*connection);
    }
    const auto reply = connection_->Call({"SET", kHalt, value});
    if (reply) {
      return {};
    }
    if (attempt == 2 || connection_->is_alive()) {
      return tl::unexpected<base::Error>(reply.error());
    }
  }
}

}  // namespace bulwark::api
