#include "api/service.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "api/approvals.h"
#include "api/commands.h"
#include "api/equity_history.h"
#include "api/event_stream.h"
#include "api/health.h"
#include "api/metrics.h"
#include "api/placeholder_page.h"
#include "api/state_document.h"
#include "api/state_source.h"
#include "base/agent.h"
#include "base/log.h"
#include "base/result.h"
#include "base/time.h"
#include "contract/keys.h"
#include "net/message.h"
#include "net/origin.h"
#include "net/router.h"
#include "net/server.h"
#include "net/static_files.h"
#include "redis/connection.h"
#include "redis/subscriber.h"

namespace bulwark::api {
namespace {

// Requests that come within this time share one reading of Redis.
constexpr base::Nanos kStateMaxAge = std::chrono::milliseconds{100};

net::Frame MakeFrame(std::string_view channel, const Json& data) {
  return std::make_shared<const std::string>(Dump({{"channel", channel}, {"data", data}}));
}

// The portfolio in the words of its channel, as far as the keys tell it.
Json PortfolioData(const Json& document) {
  const Json& metrics = document.at("metrics");
  const Json& fraction = metrics.at("pnl_daily");
  return {{"timestamp", document.at("at")},
          {"total_equity", metrics.at("total_value")},
          {"cash", metrics.at("cash")},
          {"daily_pnl_pct", fraction.is_number() ? Json(fraction.get<double>() * 100) : fraction},
          {"positions", document.at("positions")},
          {"snapshot", true}};
}

// What is not provably inactive counts as active (contract section 1.5.2).
Json KillSwitchData(const Json& document) {
  Json data = {{"action", document.at("kill_switch") == "inactive" ? "deactivate" : "activate"},
               {"state", document.at("kill_switch")},
               {"snapshot", true}};
  if (document.at("kill_switch_meta").is_object()) {
    data.update(document.at("kill_switch_meta"));
  }
  return data;
}

// {"type":"ping"} is the one message that clients send (contract section 6.2).
std::optional<std::string> ReplyTo(std::string_view text) {
  const Json message = Json::parse(text, nullptr, false);
  if (message.is_object() && message.value("type", Json()) == "ping") {
    return R"({"type":"pong"})";
  }
  return std::nullopt;
}

}  // namespace

class Service::Impl {
 public:
  explicit Impl(const ServiceOptions& options)
      : options_(options),
        connection_options_{.connect_timeout = options.call_timeout,
                            .call_timeout = options.call_timeout,
                            .client_name = "bulwark-api"},
        source_(options.redis, connection_options_),
        commands_(options.ledger, options.redis, connection_options_, options.release),
        approvals_(options.ledger, options.mode_change) {}

  base::Result<void> Start();

  [[nodiscard]] std::uint16_t port() const { return server_->port(); }

 private:
  [[nodiscard]] net::Router MakeRouter();
  void AddCommand(net::Router& router, std::string_view path, const SwitchCommand& command);
  void AddApprovals(net::Router& router);
  void AddPage(net::Router& router);
  [[nodiscard]] net::Response Metrics();
  [[nodiscard]] net::Response State(const net::Request& request);
  [[nodiscard]] std::vector<net::Frame> Welcome();
  int Push();

  ServiceOptions options_;
  redis::ConnectionOptions connection_options_;
  StateSource source_;
  Commands commands_;
  Approvals approvals_;
  EquityHistory equity_;
  std::optional<net::StaticFiles> files_;
  std::unique_ptr<net::Server> server_;
  std::unique_ptr<EventStream> events_;  // After the server that it feeds.
  std::unique_ptr<base::Agent> pusher_;
  base::Nanos pushed_at_{};  // The pusher's own.
};

base::Result<void> Service::Impl::Start() {
  const std::string_view host = options_.host;
  if (!net::IsLoopbackHost(host) && host != "::1") {
    return base::Fail(
        base::ErrorCode::kInvalidArgument,
        fmt::format("api.host {} could be reached from other machines, and this interface has no "
                    "login; keep 127.0.0.1 and come through an SSH tunnel",
                    host));
  }
  net::ServerOptions server{.address = host == "localhost" ? "127.0.0.1" : options_.host,
                            .port = options_.port};
  server.ws.welcome = [this] { return Welcome(); };
  server.ws.reply = ReplyTo;
  auto listening = net::Server::Listen(std::move(server));
  if (!listening) {
    return tl::unexpected<base::Error>(listening.error());
  }
  server_ = std::move(*listening);
  redis::SubscriberOptions subscriber;
  subscriber.connection = connection_options_;
  events_ = std::make_unique<EventStream>(options_.redis, subscriber, [this](net::Frame frame) {
    server_->Broadcast(std::move(frame));
  });
  server_->Run(MakeRouter());
  pusher_ = std::make_unique<base::Agent>("api-push", std::chrono::milliseconds{20},
                                          [this] { return Push(); });
  return {};
}

net::Router Service::Impl::MakeRouter() {
  net::Router router;
  router.Add("GET", "/health", [this](const net::Request&) {
    return MakeHealth(source_.Get(kStateMaxAge)->document);
  });
  router.Add("GET", "/metrics", [this](const net::Request&) { return Metrics(); });
  router.Add("GET", "/api/state", [this](const net::Request& request) { return State(request); });
  router.Add("GET", "/api/equity",
             [this](const net::Request&) { return net::Response{.body = Dump(equity_.Points())}; });
  AddCommand(router, "/api/halt", kHaltCommand);
  AddCommand(router, "/api/resume", kResumeCommand);
  AddCommand(router, "/api/kill", kKillCommand);
  AddCommand(router, "/api/release", kReleaseCommand);
  AddApprovals(router);
  for (const Route& route : options_.routes) {
    router.Add(route.method, route.path, route.handler);
  }
  AddPage(router);
  return router;
}

net::Response Service::Impl::Metrics() {
  const auto snapshot = source_.Get(kStateMaxAge);
  std::string text = MakeMetrics(snapshot->document, server_->counters());
  if (snapshot->is_connected && options_.more_metrics) {
    text += options_.more_metrics();
  }
  return {.content_type = "text/plain; version=0.0.4; charset=utf-8", .body = std::move(text)};
}

void Service::Impl::AddCommand(net::Router& router, std::string_view path,
                               const SwitchCommand& command) {
  router.Add("POST", path, [this, command](const net::Request& request) {
    return commands_.Take(command, request);
  });
}

void Service::Impl::AddApprovals(net::Router& router) {
  router.Add("GET", "/api/trades/pending-approvals",
             [this](const net::Request&) { return approvals_.Pending(); });
  router.Add("POST", "/api/trades/approve",
             [this](const net::Request& request) { return approvals_.Answer(request); });
  router.Add("GET", "/api/risk/autonomy-mode",
             [this](const net::Request&) { return approvals_.Mode(); });
  router.Add("GET", "/api/risk/autonomy-mode/readiness",
             [this](const net::Request&) { return approvals_.Readiness(); });
  router.Add("POST", "/api/risk/autonomy-mode/transition",
             [this](const net::Request& request) { return approvals_.ChangeMode(request); });
}

void Service::Impl::AddPage(net::Router& router) {
  auto files = net::StaticFiles::Open(options_.web);
  if (files) {
    files_ = std::move(*files);
    router.SetFallback([this](const net::Request& request) { return files_->Serve(request); });
    return;
  }
  base::LogWarn("page_missing").With("reason", files.error());
  router.Add("GET", "/", [](const net::Request&) {
    return net::Response{.content_type = "text/html; charset=utf-8",
                         .body = std::string(PlaceholderPage())};
  });
}

net::Response Service::Impl::State(const net::Request& request) {
  const auto snapshot = source_.Get(kStateMaxAge);
  const auto symbol = request.Query("symbol");
  if (!symbol) {
    return {.body = Dump(snapshot->document)};
  }
  Json document = snapshot->document;
  document["candles"] = MakeCandles(snapshot->raw, *symbol);
  return {.body = Dump(document)};
}

std::vector<net::Frame> Service::Impl::Welcome() {
  const auto snapshot = source_.Get(kStateMaxAge);
  const Json& document = snapshot->document;
  const Json unknown = {{"broker", "unknown"}, {"feed", "unknown"}};
  const Json& status = document.at("system_status");
  const net::Frame portfolio = events_->LastPortfolio();
  return {MakeFrame("system:redis", document.at("redis")),
          MakeFrame(contract::keys::Status().view(), status.is_null() ? unknown : status),
          MakeFrame(contract::channels::KillSwitch().view(), KillSwitchData(document)),
          portfolio ? portfolio : MakeFrame("portfolio:update", PortfolioData(document)),
          MakeFrame("state:snapshot", document)};
}

int Service::Impl::Push() {
  const base::Nanos now = base::MonotonicNow();
  if (now - pushed_at_ < options_.push_every) {
    return 0;
  }
  pushed_at_ = now;
  const auto snapshot = source_.Get(kStateMaxAge);
  equity_.Add(snapshot->document, base::WallNow());
  if (server_->counters().ws_clients > 0) {
    server_->Broadcast(MakeFrame("state:snapshot", snapshot->document));
  }
  return 1;
}

base::Result<std::unique_ptr<Service>> Service::Start(const ServiceOptions& options) {
  auto impl = std::make_unique<Impl>(options);
  if (auto started = impl->Start(); !started) {
    return tl::unexpected<base::Error>(started.error());
  }
  return std::unique_ptr<Service>(new Service(std::move(impl)));
}

Service::Service(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Service::~Service() = default;

std::uint16_t Service::port() const {
  return impl_->port();
}

}  // namespace bulwark::api
