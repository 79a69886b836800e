#include "redis_access.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/log.h"
#include "base/result.h"
#include "config/settings.h"
#include "data_paths.h"
#include "redis/connection.h"
#include "redis/health.h"
#include "redis/managed_server.h"
#include "redis/url.h"

namespace bulwark::app {
namespace {

base::Result<redis::ManagedAddress> PrivateAddress(const DataPaths& paths) {
  auto address = redis::FindManagedServer(paths.Root().string());
  if (!address) {
    return base::FailWith("start `bulwark up` first, or set redis.url", address.error());
  }
  return address;
}

base::Result<redis::Url> ConfiguredUrl(const config::Settings& settings) {
  auto url = redis::ParseUrl(settings.redis.url.Reveal());
  if (!url) {
    return base::FailWith("setting redis.url", url.error());
  }
  return url;
}

}  // namespace

bool HasPrivateRedis(const config::Settings& settings) {
  return settings.redis.url.empty();
}

base::Result<redis::Url> RedisUrlOf(const config::Settings& settings, const DataPaths& paths) {
  if (!HasPrivateRedis(settings)) {
    return ConfiguredUrl(settings);
  }
  auto address = PrivateAddress(paths);
  if (!address) {
    return tl::unexpected(address.error());
  }
  return std::move(address->socket);
}

base::Result<redis::Url> RedisTcpUrlOf(const config::Settings& settings, const DataPaths& paths) {
  if (!HasPrivateRedis(settings)) {
    return ConfiguredUrl(settings);
  }
  auto address = PrivateAddress(paths);
  if (!address) {
    return tl::unexpected(address.error());
  }
  return std::move(address->tcp);
}

redis::ConnectionOptions RedisOptionsOf(const config::Settings& settings, std::string client_name) {
  redis::ConnectionOptions options;
  options.connect_timeout = settings.redis.call_timeout;
  options.call_timeout = settings.redis.call_timeout;
  options.client_name = std::move(client_name);
  return options;
}

base::Result<std::unique_ptr<redis::Connection>> ConnectTo(const config::Settings& settings,
                                                           std::string client_name) {
  const auto paths = DataPaths::Create(settings.data);
  if (!paths) {
    return tl::unexpected(paths.error());
  }
  const auto url = RedisUrlOf(settings, *paths);
  if (!url) {
    return tl::unexpected(url.error());
  }
  return redis::Connection::Connect(*url, RedisOptionsOf(settings, std::move(client_name)));
}

redis::ManagedServerOptions ManagedRedisOf(const config::Settings& settings,
                                           const DataPaths& paths) {
  redis::ManagedServerOptions options;
  options.data_folder = paths.Root().string();
  options.port = settings.redis.port;
  options.program = settings.redis.server_binary;
  if (settings.redis.dashboard_access) {
    // Exactly what the password-less dashboard of contract section 0.4 needs.
    options.guests = redis::GuestAccess{
        .readable_keys = {"METRICS:*", "MARKET:*", "VIEW:*", "ALERTS:*", "SYSTEM:*"},
        .writable_keys = {"SYSTEM:HALT"}};
  }
  return options;
}

base::Result<void> RequireHealthyRedis(const redis::Url& url,
                                       const redis::ConnectionOptions& options) {
  auto connection = redis::Connection::Connect(url, options);
  if (!connection) {
    return tl::unexpected(connection.error());
  }
  const auto facts = redis::ReadFacts(**connection);
  if (!facts) {
    return base::FailWith("redis at " + url.Masked(), facts.error());
  }
  std::string refusals;
  for (const redis::Finding& finding : redis::Judge(*facts)) {
    if (finding.level == redis::Finding::Level::kRefuse) {
      refusals += (refusals.empty() ? "" : "; ") + finding.topic + ": " + finding.text;
    } else if (finding.level == redis::Finding::Level::kWarn) {
      base::LogWarn("redis_doubtful").With("topic", finding.topic).With("reason", finding.text);
    }
  }
  if (!refusals.empty()) {
    return base::Fail(base::ErrorCode::kInvalidArgument,
                      "redis at " + url.Masked() + " would lose a halt: " + refusals);
  }
  return {};
}

}  // namespace bulwark::app
