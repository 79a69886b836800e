// All settings of one run, already parsed and checked.
//
// Shape:   one struct per section of docs/configuration.md, member names as in the table of
//          settings. Only LoadSettings() and DefaultSettings() make one; it is read-only
//          afterwards.
// Units:   in the types; a Decimal ending in _pct is in percent (25 = 25 %), in _bps in 1/100
//          percent.
// Threads: a value; share it as const.
// Source:  setting_table.cc holds names, defaults, ranges and explanations

#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/decimal.h"
#include "base/log.h"
#include "base/secret.h"
#include "base/time.h"

namespace bulwark::config {

enum class AccountMode : std::uint8_t { kSpot, kMargin, kPerp };
enum class FeedKind : std::uint8_t { kSimulated, kReplay };
enum class VenueKind : std::uint8_t { kPaper };

// What `keys flush` asks before it removes everything.
enum class Environment : std::uint8_t { kProduction, kDevelopment };

// How many times faster than recorded a replay runs; empty means as fast as it goes.
using Speed = std::optional<base::Decimal>;

struct LogSettings {
  base::LogLevel level{};
};

struct RedisSettings {
  base::Secret url;  // Empty: a private server is started.
  std::uint16_t port = 0;
  base::Nanos call_timeout{};
  bool dashboard_access = false;
  std::string server_binary;
};

struct LedgerSettings {
  base::Secret url;  // Empty: SQLite in the data folder.
};

struct StoreSettings {
  base::Secret url;  // Empty: SQLite in the data folder.
};

struct AccountSettings {
  base::Decimal initial_cash;
  AccountMode mode{};
  base::Decimal leverage;
  base::Decimal borrow_bps_per_day;
  base::Decimal risk_fraction;
};

struct FeedSettings {
  FeedKind kind{};
  std::filesystem::path file;
  Speed speed;
  bool loop = false;
  std::uint64_t seed = 0;
  std::vector<std::string> symbols;
  base::Nanos stale_after{};
};

// What the file says of one instrument; the empty fields keep the defaults of
// model::DefaultInstrument().
struct InstrumentSettings {
  std::string symbol;
  std::optional<std::string> venue_symbol;
  std::optional<base::Decimal> tick;
  std::optional<base::Decimal> lot;
  std::optional<base::Decimal> min_notional;
  std::optional<std::string> sector;

  bool operator==(const InstrumentSettings&) const = default;
};

struct BarsSettings {
  base::Nanos interval{};
};

struct EmaCrossSettings {
  int fast = 0;
  int slow = 0;
};

struct MeanReversionSettings {
  int period = 0;
  base::Decimal deviations;
  int rsi_period = 0;
  base::Decimal rsi_low;
  base::Decimal rsi_high;
};

struct StrategySettings {
  std::vector<std::string> enabled;
  EmaCrossSettings ema_cross;
  MeanReversionSettings mean_reversion;
};

struct SupervisorSettings {
  base::Decimal min_confidence;
  int min_agreeing = 0;
};

struct RiskSettings {
  base::Decimal max_order_notional;
  base::Decimal max_order_quantity;
  base::Decimal max_volume_pct;
  base::Decimal max_position_pct;
  base::Decimal max_sector_pct;
  base::Decimal max_gross_pct;
  base::Decimal min_cash_reserve_pct;
  base::Decimal min_price;
  base::Decimal price_collar_pct;
  std::vector<std::string> restricted;
  std::int64_t max_positions = 0;
  std::int64_t max_daily_trades = 0;
  std::int64_t max_entries_per_candle = 0;
  base::Nanos duplicate_window{};
  std::int64_t messages_per_second = 0;
  std::int64_t messages_per_minute = 0;
  std::int64_t strategy_messages_per_minute = 0;
  bool reduce_size = true;
  base::Nanos permit_ttl{};
  base::Nanos stale_data{};
  base::Nanos entry_cooldown{};
  std::int64_t replaces_per_minute = 0;
  base::Decimal stop_loss_pct;
};

enum class DayTradeRegime : std::uint8_t { kAuto, kPdt, kIntradayMargin, kBoth, kNone };
enum class DayTradeBroker : std::uint8_t { kUnknown, kLegacy, kMigrated };
enum class DayTradeMethod : std::uint8_t { kStrict, kM1, kM2, kM3 };
enum class DayTradeSameDay : std::uint8_t { kUnion, kTradeDate };

// The rules on day trades of US equities; src/daytrade/policy.h.
struct DayTradeSettings {
  DayTradeRegime regime = DayTradeRegime::kAuto;
  DayTradeBroker broker = DayTradeBroker::kUnknown;
  std::string confirmed_on;
  std::int64_t recheck_days = 0;
  std::int64_t max_trades = 0;
  bool cap_above_floor = true;
  base::Decimal floor_headroom_pct;
  DayTradeMethod count_method = DayTradeMethod::kStrict;
  DayTradeSameDay same_day = DayTradeSameDay::kUnion;
  std::int64_t cutoff_hour = 0;
  bool six_percent = false;
  bool regular_hours = true;
  base::Decimal buying_power_pct;
  base::Decimal max_leverage;
  base::Decimal buffer;
  base::Decimal buffer_pct;
  base::Decimal long_rate_pct;
  base::Decimal min_equity;
  base::Nanos quiet_open{};
  base::Nanos quiet_close{};
  base::Nanos quiet_half_close{};
};

struct HaltSettings {
  bool liquidate = false;
  bool sets_kill = false;
  base::Decimal max_session_drawdown_pct;
  base::Nanos poll_interval{};
};

struct KillSettings {
  bool allow_strategy_exits = false;
  base::Nanos cooldown{};
};

// In the order of model::AutonomyMode. What lies above is not for a file to say.
enum class OpeningMode { kPaperOnly, kManualApproval };

struct AutonomySettings {
  OpeningMode mode = OpeningMode::kPaperOnly;
  base::Decimal bounded_notional;
  std::int64_t transition_min_days = 0;
  base::Decimal min_sharpe;
  base::Decimal max_drawdown_pct;
};

struct ApprovalSettings {
  base::Nanos expiry{};
  base::Decimal collar_pct;
};

// Zero turns a breaker off.
struct BreakerSettings {
  base::Decimal vix;
  base::Nanos stale_data{};
  base::Decimal drawdown_pct;
  base::Decimal daily_loss_pct;
  base::Decimal drift_pct;
  base::Nanos dead_man{};
  base::Nanos feed_disconnected{};
  std::uint32_t consecutive_losses = 0;
  std::uint32_t consecutive_rejects = 0;
  std::uint32_t venue_errors = 0;
  base::Nanos latency{};
};

// A percentage of zero turns its rule off.
struct WatchdogSettings {
  base::Decimal warn_pct;
  base::Decimal size_factor;
  base::Decimal stop_pct;
  base::Decimal week_pct;
  std::uint32_t recovery = 0;
};

struct VenueSettings {
  VenueKind kind{};
  base::Nanos call_timeout{};
};

struct ReconcileSettings {
  base::Nanos interval{};
  std::uint32_t queries_per_minute = 0;
};

struct PaperSettings {
  base::Decimal fee_bps;
  base::Decimal spread_bps;
  base::Decimal slippage_bps;
  base::Nanos latency{};
  base::Decimal partial_fill_pct;
  std::uint64_t seed = 0;
};

struct ApiSettings {
  std::string host;
  std::uint16_t port = 0;
};

struct PublisherSettings {
  base::Nanos interval{};
};

struct HeartbeatSettings {
  base::Nanos interval{};
};

struct AlertsSettings {
  base::Nanos retention{};  // Zero: alert events are kept for ever.
};

struct JournalSettings {
  bool enabled = false;
  std::uint64_t max_bytes = 0;
};

struct CalendarSettings {
  std::string overrides;
};

struct JobsSettings {
  bool enabled = false;
  std::string source;
  std::string source_url;
  std::string source_limits;
  std::string overview_url;
  std::string overview_limits;
  std::string finra_url;
  std::string finra_api_url;
  std::string edgar_url;
  std::string contact;
  std::string universe;
  std::uint32_t parallel = 0;
  base::Nanos lease{};
  base::Nanos catch_up{};
  base::Nanos retry_delay{};
  std::uint32_t attempts = 0;
};

struct SchedulerSettings {
  std::string daily_bars_cron;
  std::string weekly_fundamentals_cron;
  std::string altdata_cron;
};

struct UpSettings {
  base::Nanos backoff_min{};
  base::Nanos backoff_max{};
  base::Nanos stop_timeout{};
};

struct Settings {
  std::filesystem::path data;
  Environment environment{};
  LogSettings log;
  RedisSettings redis;
  LedgerSettings ledger;
  StoreSettings store;
  AccountSettings account;
  FeedSettings feed;
  std::vector<InstrumentSettings> instruments;
  BarsSettings bars;
  StrategySettings strategy;
  SupervisorSettings supervisor;
  RiskSettings risk;
  DayTradeSettings daytrade;
  HaltSettings halt;
  KillSettings kill;
  AutonomySettings autonomy;
  ApprovalSettings approvals;
  BreakerSettings breakers;
  WatchdogSettings watchdog;
  VenueSettings venue;
  ReconcileSettings reconcile;
  PaperSettings paper;
  ApiSettings api;
  PublisherSettings publisher;
  HeartbeatSettings heartbeat;
  AlertsSettings alerts;
  JournalSettings journal;
  CalendarSettings calendar;
  JobsSettings jobs;
  SchedulerSettings scheduler;
  UpSettings up;
};

}  // namespace bulwark::config
