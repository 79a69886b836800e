#include "api/health.h"

#include <string>

#include <fmt/format.h>

#include "api/state_document.h"
#include "net/message.h"

namespace bulwark::api {

net::Response MakeHealth(const Json& document) {
  const Json& redis = document.at("redis");
  const Json& age = document.at("heartbeat").at("age_seconds");
  const bool has_redis = redis.at("connected").get<bool>();
  Json reasons = Json::array();
  if (!has_redis) {
    reasons.push_back("redis does not answer: " + redis.at("reason").get<std::string>());
  } else if (age.is_null()) {
    reasons.push_back("the trader never wrote a readable heartbeat");
  } else if (document.at("heartbeat").at("is_stale").get<bool>()) {
    reasons.push_back(fmt::format("the last heartbeat is {:.1f} s old, more than {:.0f} s",
                                  age.get<double>(), kHeartbeatStaleSeconds));
  }
  const bool is_ok = reasons.empty();
  const Json body = {
      {"status", is_ok ? "ok" : "down"}, {"service", "bulwark"},          {"redis", has_redis},
      {"heartbeat_age_seconds", age},    {"halted", document.at("halt")}, {"reasons", reasons}};
  return {.status = is_ok ? 200 : 503, .body = Dump(body)};
}

}  // namespace bulwark::api
