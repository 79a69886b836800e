#include "config/setting_table.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/setting_rows.h"
#include "config/settings.h"

namespace bulwark::config {
namespace {

using enum SettingType;

// clang-format off
constexpr std::array kFirstSettings = std::to_array<SettingSpec>({
  {"data", kPath, "./data", "", "", To<&Settings::data>,
   "Folder for everything this installation keeps: ledger, paper venue, private Redis, sockets."},

  {"environment", kEnum, "production", "production|development", "", To<&Settings::environment>,
   "Where this installation runs. Only `development` lets `bulwark keys flush` remove every key."},

  {"log.level", kEnum, "info", "debug|info|warn|error", "", To<&Settings::log, &LogSettings::level>,
   "Least severe lines that are written to the log."},

  {"redis.url", kUrl, "", "redis|rediss|unix", "", To<&Settings::redis, &RedisSettings::url>,
   "Redis to use: redis://[user:password@]host:port[/db], rediss:// for TLS, unix:///path for a "
   "socket. "
   "Empty: `bulwark up` starts a private server in the data folder."},
  {"redis.port", kInt, "0", "0..65535", "", To<&Settings::redis, &RedisSettings::port>,
   "Loopback port of the private server, for redis-cli and other tools; 0 takes a free one."},
  {"redis.call_timeout", kDuration, "250ms", "1ms..30s", "",
   To<&Settings::redis, &RedisSettings::call_timeout>,
   "A call that takes longer counts as failed, and entries stop until Redis answers again."},
  {"redis.dashboard_access", kBool, "false", "", "",
   To<&Settings::redis, &RedisSettings::dashboard_access>,
   "Lets another dashboard, without a password, read the private server and set SYSTEM:HALT."},
  {"redis.server_binary", kText, "redis-server", "", "",
   To<&Settings::redis, &RedisSettings::server_binary>,
   "Program that is started as the private server."},

  {"ledger.url", kUrl, "", "postgresql|postgres", "", To<&Settings::ledger, &LedgerSettings::url>,
   "PostgreSQL database for the ledger: postgresql://[user:password@]host[:port]/database. "
   "Empty: SQLite, ledger.db in the data folder."},

  {"store.url", kUrl, "", "postgresql|postgres", "", To<&Settings::store, &StoreSettings::url>,
   "PostgreSQL database for market data, in a schema of its own (options=-csearch_path%3DNAME). "
   "Empty: SQLite, data.db in the data folder."},

  {"account.initial_cash", kDecimal, "100000", ">0..1000000000", "quote currency",
   To<&Settings::account, &AccountSettings::initial_cash>,
   "Cash of a new account; an account that already has a ledger keeps what the ledger says."},
  {"account.mode", kEnum, "spot", "spot|margin|perp", "",
   To<&Settings::account, &AccountSettings::mode>,
   "spot never sells short; margin and perp may. In perp only profit and loss moves the cash. The "
   "built-in paper venue keeps spot accounts."},
  {"account.leverage", kDecimal, "1", "1..100", "times",
   To<&Settings::account, &AccountSettings::leverage>,
   "How much one unit of collateral may carry: of short positions in margin, of all in perp."},
  {"account.borrow_bps_per_day", kDecimal, "0", "0..1000", "basis points a day",
   To<&Settings::account, &AccountSettings::borrow_bps_per_day>,
   "What borrowing for a short position costs; booked for each whole day and when it is closed."},
  {"account.risk_fraction", kDecimal, "0.10", ">0..1", "of free cash",
   To<&Settings::account, &AccountSettings::risk_fraction>,
   "Part of the free cash that one entry order may use."},

  {"feed.kind", kEnum, "simulated", "simulated|replay", "",
   To<&Settings::feed, &FeedSettings::kind>,
   "Where prices come from: a seeded simulation, or a recorded file."},
  {"feed.file", kPath, "", "", "", To<&Settings::feed, &FeedSettings::file>,
   "Recording for replay: CSV or CSV.zst of trades or bars, or a raw Binance frame file "
   "(.txt.zst)."},
  {"feed.speed", kSpeed, "1", ">0..1000000", "times recorded speed",
   To<&Settings::feed, &FeedSettings::speed>,
   "Speed of a replay or simulation; max runs as fast as it goes."},
  {"feed.loop", kBool, "false", "", "", To<&Settings::feed, &FeedSettings::loop>,
   "Starts a replay again when its file ends."},
  {"feed.seed", kInt, "42", "0..9223372036854775807", "", To<&Settings::feed, &FeedSettings::seed>,
   "Seed of the simulated prices; the same seed gives the same prices."},
  {"feed.symbols", kSymbols, "BTC/USDT,ETH/USDT,SOL/USDT", "", "",
   To<&Settings::feed, &FeedSettings::symbols>,
   "Instruments to follow and trade."},
  {"feed.stale_after", kDuration, "5s", "100ms..1h", "",
   To<&Settings::feed, &FeedSettings::stale_after>,
   "Silence after which the feed counts as lost: `system:feed:disconnected` is published, entries "
   "stop."},

  {"instruments", kInstruments, "", "", "", To<&Settings::instruments>,
   "Price and quantity steps of instruments that differ from the defaults "
   "(tick 0.01; lot 0.00001 for a pair such as BTC/USDT, 1 for a share). Only in the file."},

  {"bars.interval", kDuration, "1s", "1s..1d", "", To<&Settings::bars, &BarsSettings::interval>,
   "Length of the price bars that strategies see."},

  {"strategy.enabled", kChoices, "ema_cross,mean_reversion", "ema_cross|mean_reversion", "",
   To<&Settings::strategy, &StrategySettings::enabled>,
   "Strategies that run, each on every symbol."},
  {"strategy.ema_cross.fast", kInt, "12", "1..1000", "bars",
   To<&Settings::strategy, &StrategySettings::ema_cross, &EmaCrossSettings::fast>,
   "Length of the fast average; must be below slow."},
  {"strategy.ema_cross.slow", kInt, "26", "2..5000", "bars",
   To<&Settings::strategy, &StrategySettings::ema_cross, &EmaCrossSettings::slow>,
   "Length of the slow average."},
  {"strategy.mean_reversion.period", kInt, "20", "2..5000", "bars",
   To<&Settings::strategy, &StrategySettings::mean_reversion, &MeanReversionSettings::period>,
   "Length of the Bollinger band."},
  {"strategy.mean_reversion.deviations", kDecimal, "2", ">0..10", "standard deviations",
   To<&Settings::strategy, &StrategySettings::mean_reversion, &MeanReversionSettings::deviations>,
   "Half width of the Bollinger band."},
  {"strategy.mean_reversion.rsi_period", kInt, "14", "2..1000", "bars",
   To<&Settings::strategy, &StrategySettings::mean_reversion, &MeanReversionSettings::rsi_period>,
   "Length of the relative strength index."},
  {"strategy.mean_reversion.rsi_low", kDecimal, "30", "0..100", "",
   To<&Settings::strategy, &StrategySettings::mean_reversion, &MeanReversionSettings::rsi_low>,
   "Below this index the market counts as oversold; must be below rsi_high."},
  {"strategy.mean_reversion.rsi_high", kDecimal, "70", "0..100", "",
   To<&Settings::strategy, &StrategySettings::mean_reversion, &MeanReversionSettings::rsi_high>,
   "Above this index the market counts as overbought."},

  {"supervisor.min_confidence", kDecimal, "0.6", "0..1", "",
   To<&Settings::supervisor, &SupervisorSettings::min_confidence>,
   "Signals below this confidence are ignored."},
  {"supervisor.min_agreeing", kInt, "1", "1..16", "strategies",
   To<&Settings::supervisor, &SupervisorSettings::min_agreeing>,
   "How many strategies must point the same way before it becomes a decision."},
});

constexpr std::array kLastSettings = std::to_array<SettingSpec>({
  {"venue.kind", kEnum, "paper", "paper", "", To<&Settings::venue, &VenueSettings::kind>,
   "Exchange that receives the orders."},
  {"venue.call_timeout", kDuration, "1s", "10ms..1m", "",
   To<&Settings::venue, &VenueSettings::call_timeout>,
   "A call to the venue that takes longer leaves the order unresolved until the venue is asked "
   "again."},

  {"reconcile.interval", kDuration, "1s", "100ms..1h", "",
   To<&Settings::reconcile, &ReconcileSettings::interval>,
   "How often our books are compared with the venue's; also at the start and after each reconnect."},
  {"reconcile.queries_per_minute", kInt, "60", "1..6000", "questions",
   To<&Settings::reconcile, &ReconcileSettings::queries_per_minute>,
   "Most questions to the venue about orders and fills that differ."},

  {"paper.fee_bps", kDecimal, "10", "0..1000", "basis points",
   To<&Settings::paper, &PaperSettings::fee_bps>,
   "Fee of each fill."},
  {"paper.spread_bps", kDecimal, "2", "0..1000", "basis points",
   To<&Settings::paper, &PaperSettings::spread_bps>,
   "Distance between bid and ask around the last price."},
  {"paper.slippage_bps", kDecimal, "1", "0..1000", "basis points",
   To<&Settings::paper, &PaperSettings::slippage_bps>,
   "How much worse than the spread a market order fills."},
  {"paper.latency", kDuration, "20ms", "0..10s", "", To<&Settings::paper, &PaperSettings::latency>,
   "Time from an order's arrival to when it can trade."},
  {"paper.partial_fill_pct", kPercent, "20", "0..100", "of orders",
   To<&Settings::paper, &PaperSettings::partial_fill_pct>,
   "Chance that a fill is only a part of the order."},
  {"paper.seed", kInt, "7", "0..9223372036854775807", "",
   To<&Settings::paper, &PaperSettings::seed>,
   "Seed of the venue's chance."},

  {"api.host", kAddress, "127.0.0.1", "", "", To<&Settings::api, &ApiSettings::host>,
   "Address the page and the REST interface listen on; the default is this machine only."},
  {"api.port", kInt, "8080", "0..65535", "", To<&Settings::api, &ApiSettings::port>,
   "Port of the page and the REST interface; 0 takes a free one."},

  {"publisher.interval", kDuration, "100ms", "1ms..10s", "",
   To<&Settings::publisher, &PublisherSettings::interval>,
   "How often telemetry is written to Redis."},

  {"heartbeat.interval", kDuration, "1s", "100ms..10s", "",
   To<&Settings::heartbeat, &HeartbeatSettings::interval>,
   "How often `SYSTEM:HEARTBEAT` is written; dashboards call it stale after 15 s."},

  {"alerts.retention", kDuration, "0s", "0..3650d", "",
   To<&Settings::alerts, &AlertsSettings::retention>,
   "How long `ALERTS:EVENT:*` keys live; 0s keeps them for ever."},

  {"journal.enabled", kBool, "true", "", "", To<&Settings::journal, &JournalSettings::enabled>,
   "Keeps every event of a run, for `bulwark explain` and `bulwark replay`."},
  {"journal.max_bytes", kInt, "536870912", "1048576..1099511627776", "bytes",
   To<&Settings::journal, &JournalSettings::max_bytes>,
   "Largest size of the journals of all runs together; the oldest files are deleted."},

  {"calendar.overrides", kText, "", "", "",
   To<&Settings::calendar, &CalendarSettings::overrides>,
   "Dates on which the exchanges do something else than their rules say: "
   "\"2027-03-04 closed, 2027-07-02 half, 2027-11-26 full\"."},

  {"jobs.enabled", kBool, "false", "", "", To<&Settings::jobs, &JobsSettings::enabled>,
   "`bulwark up` also runs the data jobs (docs/jobs.md)."},
  {"jobs.source", kText, "alpaca", "", "", To<&Settings::jobs, &JobsSettings::source>,
   "Where the jobs get bars from: alpaca, alpha_vantage, or file:PATH."},
  {"jobs.source_url", kText, "", "", "", To<&Settings::jobs, &JobsSettings::source_url>,
   "Base address of that source; empty: the vendor's own."},
  {"jobs.source_limits", kText, "", "", "", To<&Settings::jobs, &JobsSettings::source_limits>,
   "Calls that it allows, \"200/min\"; empty: what its free plan does."},
  {"jobs.overview_url", kText, "https://www.alphavantage.co", "", "",
   To<&Settings::jobs, &JobsSettings::overview_url>,
   "Base address of Alpha Vantage, for weekly_fundamentals."},
  {"jobs.overview_limits", kText, "5/min,1/s,25/day", "", "",
   To<&Settings::jobs, &JobsSettings::overview_limits>,
   "Calls that Alpha Vantage allows to this account."},
  {"jobs.finra_url", kText, "https://cdn.finra.org", "", "",
   To<&Settings::jobs, &JobsSettings::finra_url>, "Base address of FINRA's files, for altdata."},
  {"jobs.finra_api_url", kText, "", "", "", To<&Settings::jobs, &JobsSettings::finra_api_url>,
   "Base address of FINRA's interface, https://api.finra.org; when it is set, altdata asks there "
   "instead of reading the files."},
  {"jobs.edgar_url", kText, "https://www.sec.gov", "", "",
   To<&Settings::jobs, &JobsSettings::edgar_url>, "Base address of the SEC's files, for altdata."},
  {"jobs.contact", kText, "", "", "", To<&Settings::jobs, &JobsSettings::contact>,
   "Name and e-mail that the SEC asks for with every call; altdata does not run without."},
  {"jobs.universe", kText, "sp500", "", "", To<&Settings::jobs, &JobsSettings::universe>,
   "Name of the list of symbols in the store that the jobs work on."},
  {"jobs.parallel", kInt, "2", "1..16", "runs", To<&Settings::jobs, &JobsSettings::parallel>,
   "Jobs that one process runs at the same time."},
  {"jobs.lease", kDuration, "30s", "1s..5m", "", To<&Settings::jobs, &JobsSettings::lease>,
   "A process that is silent for so long loses its runs to another one."},
  {"jobs.catch_up", kDuration, "7d", "0s..30d", "", To<&Settings::jobs, &JobsSettings::catch_up>,
   "A run that was missed is made up for when it is not older than this."},
  {"jobs.retry_delay", kDuration, "15m", "1s..1d", "",
   To<&Settings::jobs, &JobsSettings::retry_delay>,
   "Wait before a run with failures is repeated; doubles with each attempt."},
  {"jobs.attempts", kInt, "4", "1..20", "runs", To<&Settings::jobs, &JobsSettings::attempts>,
   "How often a run with failures takes place before it is given up."},

  {"scheduler.daily_bars_cron", kText, "0 17 * * 1-5", "", "",
   To<&Settings::scheduler, &SchedulerSettings::daily_bars_cron>,
   "When daily_bars runs, in New York; sessions only."},
  {"scheduler.weekly_fundamentals_cron", kText, "0 6 * * 6", "", "",
   To<&Settings::scheduler, &SchedulerSettings::weekly_fundamentals_cron>,
   "When weekly_fundamentals runs, in New York."},
  {"scheduler.altdata_cron", kText, "0 7 1,15 * *", "", "",
   To<&Settings::scheduler, &SchedulerSettings::altdata_cron>, "When altdata runs, in New York."},

  {"up.backoff_min", kDuration, "250ms", "10ms..1m", "",
   To<&Settings::up, &UpSettings::backoff_min>,
   "Wait before a process that ended is started again; doubles with each failure."},
  {"up.backoff_max", kDuration, "10s", "10ms..1h", "", To<&Settings::up, &UpSettings::backoff_max>,
   "Longest wait before a process is started again."},
  {"up.stop_timeout", kDuration, "10s", "100ms..5m", "",
   To<&Settings::up, &UpSettings::stop_timeout>,
   "Time each process gets to end cleanly before it is killed."},
});
// clang-format on

constexpr std::array kSections = std::to_array<SectionSpec>({
    {"", "General", "Where everything lives."},
    {"log", "Log", "Lines in logfmt on standard error."},
    {"redis", "Redis", "The state that every other tool can read."},
    {"ledger", "Ledger", "The durable truth: orders, fills, stops."},
    {"store", "Market data", "Bars, reports, short interest and filings."},
    {"account", "Account", "The money, and how much of it one order may use."},
    {"feed", "Feed", "Prices coming in."},
    {"instruments", "Instruments", "Steps of price and quantity."},
    {"bars", "Bars", "From ticks to bars."},
    {"strategy", "Strategies", "What proposes trades."},
    {"supervisor", "Supervisor", "How the proposals of several strategies become one decision."},
    {"risk", "Risk", "Limits of the gate that every order passes."},
    {"daytrade", "Day trades", "Rules on day trades of US equities (docs/day-trades.md)."},
    {"halt", "Halt", "The full stop."},
    {"kill", "Kill switch", "No new orders, positions kept."},
    {"autonomy", "Autonomy", "How much is done without a person (docs/approvals.md)."},
    {"approvals", "Approvals", "Orders that wait for a person."},
    {"breakers", "Circuit breakers", "What stops entries until its cause is gone."},
    {"watchdog", "Watchdog", "Smaller entries, then none, while the account is losing."},
    {"venue", "Venue", "Where orders go."},
    {"reconcile", "Reconciliation", "Our books against the venue's."},
    {"paper", "Paper venue", "How the built-in exchange fills orders."},
    {"api", "Page and REST interface", "What the browser talks to."},
    {"publisher", "Publisher", "How fresh Redis is."},
    {"heartbeat", "Heartbeat", "The sign of life."},
    {"alerts", "Alerts", "What stays of them."},
    {"journal", "Journal", "What is kept to explain a decision later."},
    {"calendar", "Exchange calendar", "Sessions and holidays of the exchanges."},
    {"jobs", "Jobs", "Work that comes back: prices after each session."},
    {"scheduler", "Plans of the jobs", "Lines of a crontab, read on a clock in New York."},
    {"up", "Supervision", "How `bulwark up` keeps its processes alive."},
});

}  // namespace

std::string_view SettingSpec::section() const {
  const std::size_t dot = name.find('.');
  if (dot == std::string_view::npos) {
    return type == SettingType::kInstruments ? name : std::string_view();
  }
  return name.substr(0, dot);
}

std::span<const SettingSpec> AllSettings() {
  static const std::vector<SettingSpec> all = [] {
    std::vector<SettingSpec> rows(kFirstSettings.begin(), kFirstSettings.end());
    const std::span<const SettingSpec> guard = GuardSettings();
    rows.insert(rows.end(), guard.begin(), guard.end());
    rows.insert(rows.end(), kLastSettings.begin(), kLastSettings.end());
    return rows;
  }();
  return all;
}

std::span<const SectionSpec> AllSections() {
  return kSections;
}

const SettingSpec* FindSetting(std::string_view name) {
  const std::span<const SettingSpec> all = AllSettings();
  const auto found = std::ranges::find(all, name, &SettingSpec::name);
  return found == all.end() ? nullptr : &*found;
}

bool IsSettingPrefix(std::string_view name) {
  return std::ranges::any_of(AllSettings(), [&](const SettingSpec& spec) {
    return spec.name.size() > name.size() && spec.name.starts_with(name) &&
           spec.name[name.size()] == '.';
  });
}

std::string EnvironmentName(std::string_view name) {
  std::string result = "BULWARK_";
  for (const char c : name) {
    const bool is_lower = c >= 'a' && c <= 'z';
    result += c == '.' ? '_' : (is_lower ? static_cast<char>(c - 'a' + 'A') : c);
  }
  return result;
}

}  // namespace bulwark::config
