// The API role: /health, /metrics, /api/*, /ws and the page, over one Redis.
//
// Shape:   reads only, except for the operator's commands (api/commands.h). Works without Redis and
//          without a trader: what it cannot know is null and said so.
// Errors:  Start() fails with kInvalidArgument for an address that other machines could reach, and
//          as net::Server::Listen().
// Threads: Start() and the destructor by the owner. Inside: the server's threads, one for events,
//          one that pushes "state:snapshot" to the clients.
// Source:  docs/api.md

#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "approvals/mode_change.h"
#include "base/result.h"
#include "base/time.h"
#include "ledger/ledger_place.h"
#include "ledger/release_rules.h"
#include "net/router.h"
#include "redis/url.h"

namespace bulwark::api {

// Something else that the installation shows or does, such as its jobs.
struct Route {
  std::string method;
  std::string path;
  net::Handler handler;  // Called by the server's threads.
};

struct ServiceOptions {
  redis::Url redis;
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
  ledger::LedgerPlace ledger = {};  // Where commands are recorded.
  std::filesystem::path web = {};   // The built page; a placeholder is served when it is not there.
  // What others add to GET /metrics, asked while Redis answers; from any thread.
  std::function<std::string()> more_metrics = {};
  std::vector<Route> routes = {};
  base::Nanos call_timeout = std::chrono::seconds{1};
  base::Nanos push_every = std::chrono::milliseconds{500};
  ledger::ReleaseRules release = {};
  approvals::ChangeRules mode_change = {};
};

class Service {
 public:
  static base::Result<std::unique_ptr<Service>> Start(const ServiceOptions& options);
  ~Service();
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;
  Service(Service&&) = delete;
  Service& operator=(Service&&) = delete;

  [[nodiscard]] std::uint16_t port() const;

 private:
  class Impl;
  explicit Service(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace bulwark::api
