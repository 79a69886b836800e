// Which Redis these settings mean, and whether it may be trusted.
//
// Shape:   redis.url when it is set, else the private server of the data folder (run/redis.json).
// Errors:  kInvalidArgument for a redis.url that cannot be parsed, kNotFound when `bulwark up`
//          never ran on this data folder; RequireHealthyRedis() fails with every finding that
//          refuses.
// Threads: any; RequireHealthyRedis() blocks for redis.call_timeout at most a few times.

#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "config/settings.h"
#include "data_paths.h"
#include "redis/connection.h"
#include "redis/managed_server.h"
#include "redis/url.h"

namespace bulwark::app {

// True when `up` starts a server of our own.
bool HasPrivateRedis(const config::Settings& settings);

// The fastest way to it: for our own server its unix socket.
base::Result<redis::Url> RedisUrlOf(const config::Settings& settings, const DataPaths& paths);

// The same server for tools that know no unix sockets: for our own its loopback port.
base::Result<redis::Url> RedisTcpUrlOf(const config::Settings& settings, const DataPaths& paths);

// Timeouts by the settings; `client_name` is shown by CLIENT LIST.
redis::ConnectionOptions RedisOptionsOf(const config::Settings& settings, std::string client_name);

// A connection to it.
base::Result<std::unique_ptr<redis::Connection>> ConnectTo(const config::Settings& settings,
                                                           std::string client_name);

// How the private server of these settings is made.
redis::ManagedServerOptions ManagedRedisOf(const config::Settings& settings,
                                           const DataPaths& paths);

// Connects and refuses a server that would lose a halt; logs what is only doubtful.
base::Result<void> RequireHealthyRedis(const redis::Url& url,
                                       const redis::ConnectionOptions& options);

}  // namespace bulwark::app
