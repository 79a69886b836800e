#include "api/metrics.h"

#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "api/state_document.h"
#include "net/server.h"

namespace bulwark::api {
namespace {

class Page {
 public:
  // A null is left out.
  void Gauge(std::string_view name, std::string_view help, const Json& value) {
    if (value.is_boolean()) {
      Line(name, "gauge", help, value.get<bool>() ? "1" : "0");
    } else if (value.is_number()) {
      Line(name, "gauge", help, fmt::format("{}", value.get<double>()));
    }
  }
  void Counter(std::string_view name, std::string_view help, std::uint64_t value) {
    Line(name, "counter", help, std::to_string(value));
  }

  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  void Line(std::string_view name, std::string_view type, std::string_view help,
            std::string_view value) {
    fmt::format_to(std::back_inserter(text_),
                   "# HELP bulwark_{0} {1}\n# TYPE bulwark_{0} {2}\nbulwark_{0} {3}\n", name, help,
                   type, value);
  }

  std::string text_;
};

Json CountOf(const Json& list) {
  return list.is_array() ? Json(list.size()) : Json(nullptr);
}

}  // namespace

std::string MakeMetrics(const Json& document, const net::Counters& counters) {
  const Json& metrics = document.at("metrics");
  const Json& kill = document.at("kill_switch");
  Page page;
  page.Gauge("redis_up", "1 when Redis answers", document.at("redis").at("connected"));
  page.Gauge("halted", "1 when SYSTEM:HALT is true", document.at("halt"));
  page.Gauge("kill_switch_active", "1 when the kill switch is active",
             kill.is_null() ? kill : Json(kill == "active"));
  page.Gauge("heartbeat_age_seconds", "Age of the trader's last heartbeat",
             document.at("heartbeat").at("age_seconds"));
  page.Gauge("equity", "Total value of the account", metrics.at("total_value"));
  page.Gauge("cash", "Free cash", metrics.at("cash"));
  page.Gauge("pnl_daily_ratio", "Profit of the UTC day as a fraction", metrics.at("pnl_daily"));
  page.Gauge("tick_to_decision_milliseconds", "Last latency from tick to decision",
             metrics.at("tick_to_decision_ms"));
  page.Gauge("decision_to_fill_milliseconds", "Last latency from order to outcome",
             metrics.at("decision_to_fill_ms"));
  page.Gauge("tick_to_fill_milliseconds", "Last latency from tick to outcome",
             metrics.at("tick_to_fill_ms"));
  page.Gauge("positions", "Instruments held", CountOf(document.at("positions")));
  page.Gauge("open_orders", "Orders that work at the venue", CountOf(document.at("open_orders")));
  page.Gauge("state_problems", "Keys that are missing or unreadable",
             CountOf(document.at("problems")));
  page.Gauge("http_connections", "Open connections", Json(counters.connections.load()));
  page.Gauge("ws_clients", "Open WebSocket clients", Json(counters.ws_clients.load()));
  page.Counter("http_requests_total", "Requests", counters.requests);
  page.Counter("http_requests_refused_total", "Requests refused before any handler",
               counters.requests_refused);
  page.Counter("http_connections_refused_total", "Connections over the limit",
               counters.connections_refused);
  page.Counter("ws_frames_sent_total", "Frames sent to WebSocket clients", counters.frames_sent);
  page.Counter("ws_frames_dropped_total", "Frames dropped for slow clients",
               counters.frames_dropped);
  page.Counter("ws_slow_disconnects_total", "Clients closed for being slow",
               counters.slow_disconnects);
  return page.text();
}

}  // namespace bulwark::api
