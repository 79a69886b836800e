#include "redis/reply.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace bulwark::redis {
namespace {

constexpr std::array<std::string_view, 9> kPassingStates = {
    "LOADING",  "BUSY",        "OOM",        "READONLY",  "MISCONF",
    "TRYAGAIN", "CLUSTERDOWN", "MASTERDOWN", "NOREPLICAS"};

base::ErrorCode CodeOf(std::string_view word) {
  if (std::find(kPassingStates.begin(), kPassingStates.end(), word) != kPassingStates.end()) {
    return base::ErrorCode::kUnavailable;
  }
  if (word == "WRONGTYPE") {
    return base::ErrorCode::kCorrupt;
  }
  if (word == "NOSCRIPT") {
    return base::ErrorCode::kNotFound;
  }
  if (word == "EXECABORT" || word == "BUSYKEY" || word == "BUSYGROUP") {
    return base::ErrorCode::kConflict;
  }
  return base::ErrorCode::kInvalidArgument;
}

}  // namespace

std::optional<std::string_view> Reply::AsText() const {
  if (kind == Kind::kBulk || kind == Kind::kStatus) {
    return text;
  }
  return std::nullopt;
}

std::optional<std::int64_t> Reply::AsInteger() const {
  if (kind == Kind::kInteger) {
    return integer;
  }
  return std::nullopt;
}

base::Error ToError(std::string_view server_error) {
  return {CodeOf(server_error.substr(0, server_error.find(' '))),
          "redis answered '" + std::string(server_error) + "'"};
}

std::optional<base::Error> FirstError(const Reply& reply) {
  if (reply.is_error()) {
    return ToError(reply.text);
  }
  for (const Reply& element : reply.elements) {
    if (element.is_error()) {
      return ToError(element.text);
    }
  }
  return std::nullopt;
}

}  // namespace bulwark::redis
