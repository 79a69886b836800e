#include "config/setting_table.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "base/ensure.h"
#include "base/secret.h"
#include "config/settings.h"

namespace bulwark::config {
namespace {

template <class Number>
Number Narrow(std::int64_t number) {
  ENSURE(std::in_range<Number>(number));
  return static_cast<Number>(number);
}

template <class Member>
Member Convert(const Value& value) {
  if constexpr (std::is_same_v<Member, bool>) {
    return std::get<bool>(value);
  } else if constexpr (std::is_integral_v<Member>) {
    return Narrow<Member>(std::get<std::int64_t>(value));
  } else if constexpr (std::is_enum_v<Member>) {
    return static_cast<Member>(std::get<EnumChoice>(value).index);
  } else if constexpr (std::is_same_v<Member, base::Secret> ||
                       std::is_same_v<Member, std::filesystem::path>) {
    return Member(std::get<std::string>(value));
  } else {
    return std::get<Member>(value);
  }
}

// Stores into settings.<first>.<second>...: To<&Settings::redis, &RedisSettings::port>.
template <auto... Path>
void To(Settings& settings, const Value& value) {
  auto& member = (settings.*....*Path);
  member = Convert<std::remove_reference_t<decltype(member)>>(value);
}

using enum SettingType;

// clang-format off
constexpr std::array kSettings = std::to_array<SettingSpec>({
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

  {"risk.max_order_notional", kDecimal, "10000", ">0..1000000000", "quote currency",
   To<&Settings::risk, &RiskSettings::max_order_notional>,
   "Largest value of one entry order."},
  {"risk.max_order_quantity", kDecimal, "1000000", ">0..1000000000", "pieces",
   To<&Settings::risk, &RiskSettings::max_order_quantity>,
   "Most pieces of one entry order, whatever they cost."},
  {"risk.max_volume_pct", kPercent, "0", "0..100", "of the average candle",
   To<&Settings::risk, &RiskSettings::max_volume_pct>,
   "Largest share of the average volume of the last 20 candles that entries may ask for; 0 for "
   "any."},
  {"risk.max_position_pct", kPercent, "5", ">0..100", "of equity",
   To<&Settings::risk, &RiskSettings::max_position_pct>,
   "Largest position in one symbol, open orders included."},
  {"risk.max_sector_pct", kPercent, "25", ">0..100", "of equity",
   To<&Settings::risk, &RiskSettings::max_sector_pct>,
   "Largest value of all positions of one sector, open orders included. The sector stands beside "
   "the instrument; shares without one count together."},
  {"risk.max_gross_pct", kPercent, "100", ">0..100", "of equity",
   To<&Settings::risk, &RiskSettings::max_gross_pct>,
   "Largest value of all positions, long and short, open orders included; 100 means without "
   "borrowed money."},
  {"risk.max_positions", kInt, "20", "1..64", "positions",
   To<&Settings::risk, &RiskSettings::max_positions>,
   "Most symbols held at a time."},
  {"risk.min_cash_reserve_pct", kPercent, "10", "0..100", "of equity",
   To<&Settings::risk, &RiskSettings::min_cash_reserve_pct>,
   "Free cash that an entry must leave."},
  {"risk.min_price", kDecimal, "5", "0..1000000", "quote currency",
   To<&Settings::risk, &RiskSettings::min_price>,
   "Shares that cost less are not bought; pairs such as BTC/USDT have no least price."},
  {"risk.price_collar_pct", kPercent, "5", ">0..100", "of the last price",
   To<&Settings::risk, &RiskSettings::price_collar_pct>,
   "How far above the last price an entry may buy, or below it sell."},
  {"risk.restricted", kSymbols, "", "", "", To<&Settings::risk, &RiskSettings::restricted>,
   "Symbols that are never entered; what is held of them may be closed."},
  {"risk.reduce_size", kBool, "true", "", "", To<&Settings::risk, &RiskSettings::reduce_size>,
   "A strategy's entry that is too large is made as large as allowed, if that is a tenth of it; "
   "otherwise it is refused."},
  {"risk.permit_ttl", kDuration, "1s", "10ms..1m", "",
   To<&Settings::risk, &RiskSettings::permit_ttl>,
   "How long the permission to add risk lasts without being renewed."},
  {"risk.stale_data", kDuration, "5s", "100ms..1h", "",
   To<&Settings::risk, &RiskSettings::stale_data>,
   "Entries are denied when the last price of the symbol is older than this."},
  {"risk.entry_cooldown", kDuration, "1s", "0..1d", "",
   To<&Settings::risk, &RiskSettings::entry_cooldown>,
   "Least time between two entries in the same symbol."},
  {"risk.max_daily_trades", kInt, "50", "0..1000000", "entries",
   To<&Settings::risk, &RiskSettings::max_daily_trades>,
   "Most entries of a UTC day, counted over restarts; 0 for any."},
  {"risk.max_entries_per_candle", kInt, "1", "0..1000", "entries",
   To<&Settings::risk, &RiskSettings::max_entries_per_candle>,
   "Most entries in one symbol while one bar lasts; 0 for any."},
  {"risk.duplicate_window", kDuration, "5s", "0..1d", "",
   To<&Settings::risk, &RiskSettings::duplicate_window>,
   "An entry that asks for exactly the same as one of this time ago is refused."},
  {"risk.messages_per_second", kInt, "20", "1..10000", "messages",
   To<&Settings::risk, &RiskSettings::messages_per_second>,
   "No entry while so many orders and cancels left in the last second."},
  {"risk.messages_per_minute", kInt, "300", "1..10000", "messages",
   To<&Settings::risk, &RiskSettings::messages_per_minute>,
   "The same for the last minute."},
  {"risk.strategy_messages_per_minute", kInt, "60", "1..10000", "orders",
   To<&Settings::risk, &RiskSettings::strategy_messages_per_minute>,
   "No entry of a strategy of which so many orders left in the last minute."},
  {"risk.replaces_per_minute", kInt, "60", "0..100000", "orders",
   To<&Settings::risk, &RiskSettings::replaces_per_minute>,
   "How many orders may be replaced by changed ones in any minute."},

  {"daytrade.regime", kEnum, "auto", "auto|pdt|intraday_margin|both|none", "",
   To<&Settings::daytrade, &DayTradeSettings::regime>,
   "Which rules on day trades of US equities hold: the old count, intraday margin, both, or none; auto takes both until the broker has confirmed one."},
  {"daytrade.broker", kEnum, "unknown", "unknown|legacy|migrated", "",
   To<&Settings::daytrade, &DayTradeSettings::broker>,
   "What the broker confirmed: it still counts day trades, or it has changed to intraday margin."},
  {"daytrade.confirmed_on", kText, "", "", "",
   To<&Settings::daytrade, &DayTradeSettings::confirmed_on>,
   "Date of the broker's written answer, such as 2026-11-20; empty while there is none."},
  {"daytrade.recheck_days", kInt, "30", "1..366", "days",
   To<&Settings::daytrade, &DayTradeSettings::recheck_days>,
   "How long the broker's answer is believed."},
  {"daytrade.max_trades", kInt, "2", "0..3", "day trades",
   To<&Settings::daytrade, &DayTradeSettings::max_trades>,
   "Day trades in five sessions; the fourth would make a pattern day trader."},
  {"daytrade.cap_above_floor", kBool, "true", "", "",
   To<&Settings::daytrade, &DayTradeSettings::cap_above_floor>,
   "The count limits accounts of 25,000 and more too."},
  {"daytrade.floor_headroom_pct", kDecimal, "110", "100..1000", "of 25,000",
   To<&Settings::daytrade, &DayTradeSettings::floor_headroom_pct>,
   "Equity from which an account counts as above the floor."},
  {"daytrade.count_method", kEnum, "strict", "strict|m1|m2|m3", "",
   To<&Settings::daytrade, &DayTradeSettings::count_method>,
   "How several orders make one or more day trades; strict is the largest of the three methods."},
  {"daytrade.same_day", kEnum, "union", "union|trade_date", "",
   To<&Settings::daytrade, &DayTradeSettings::same_day>,
   "Trades of one day have the same trade date; union also takes the same date in New York."},
  {"daytrade.cutoff_hour", kInt, "20", "18..23", "o'clock",
   To<&Settings::daytrade, &DayTradeSettings::cutoff_hour>,
   "Hour in New York from which the next trade date counts."},
  {"daytrade.six_percent", kBool, "false", "", "",
   To<&Settings::daytrade, &DayTradeSettings::six_percent>,
   "Day trades that are 6 % of all orders or less do not count as a pattern."},
  {"daytrade.buying_power_pct", kPercent, "25", ">0..100", "of buying power",
   To<&Settings::daytrade, &DayTradeSettings::buying_power_pct>,
   "Share of the day-trading buying power that is used, above the floor."},
  {"daytrade.max_leverage", kDecimal, "1", ">0..4", "times equity",
   To<&Settings::daytrade, &DayTradeSettings::max_leverage>,
   "Largest value of all positions in US equities."},
  {"daytrade.buffer", kDecimal, "250", "0..1000000000", "quote currency",
   To<&Settings::daytrade, &DayTradeSettings::buffer>,
   "Least that must be left of the intraday margin level."},
  {"daytrade.buffer_pct", kDecimal, "10", "0..100", "of equity",
   To<&Settings::daytrade, &DayTradeSettings::buffer_pct>,
   "The same, as a share of equity; the larger counts."},
  {"daytrade.long_rate_pct", kPercent, "30", ">0..100", "of value",
   To<&Settings::daytrade, &DayTradeSettings::long_rate_pct>,
   "Least maintenance requirement of a long position."},
  {"daytrade.min_equity", kDecimal, "2500", "0..1000000000", "quote currency",
   To<&Settings::daytrade, &DayTradeSettings::min_equity>,
   "Below this equity nothing is borrowed."},

  {"halt.liquidate", kBool, "true", "", "", To<&Settings::halt, &HaltSettings::liquidate>,
   "A HALT also sells every position; otherwise positions are kept and only orders are cancelled."},
  {"halt.sets_kill", kBool, "true", "", "", To<&Settings::halt, &HaltSettings::sets_kill>,
   "A HALT also sets the kill switch: after `bulwark resume` entries need `bulwark release`."},
  {"halt.poll_interval", kDuration, "50ms", "1ms..100ms", "",
   To<&Settings::halt, &HaltSettings::poll_interval>,
   "How often the ledger is asked for a halt or kill, so that both work while Redis is away."},

  {"kill.allow_strategy_exits", kBool, "false", "", "",
   To<&Settings::kill, &KillSettings::allow_strategy_exits>,
   "Strategies may still close positions while the kill switch is active."},
  {"kill.cooldown", kDuration, "1h", "0..7d", "",
   To<&Settings::kill, &KillSettings::cooldown>,
   "The kill switch can be released once it has been on for this long; setting it never waits."},

  {"breakers.vix", kDecimal, "35", "0..1000", "points",
   To<&Settings::breakers, &BreakerSettings::vix>,
   "Entries stop above this volatility index; 0 turns this breaker off, as it does for the others."},
  {"breakers.stale_data", kDuration, "5m", "0..7d", "",
   To<&Settings::breakers, &BreakerSettings::stale_data>,
   "Entries stop when no market data arrived for longer than this while a session is open."},
  {"breakers.drawdown_pct", kPercent, "10", "0..100", "of the highest equity",
   To<&Settings::breakers, &BreakerSettings::drawdown_pct>,
   "Entries stop when equity fell by more than this from its highest, until a person resets it."},
  {"breakers.daily_loss_pct", kPercent, "3", "0..100", "of the day's first equity",
   To<&Settings::breakers, &BreakerSettings::daily_loss_pct>,
   "Entries stop when the day's loss is above this, until a person resets it."},
  {"breakers.drift_pct", kPercent, "1", "0..100", "",
   To<&Settings::breakers, &BreakerSettings::drift_pct>,
   "Entries stop when cash or a position differs from the venue's by more than this twice in a row."},
  {"breakers.dead_man", kDuration, "2d", "0..30d", "",
   To<&Settings::breakers, &BreakerSettings::dead_man>,
   "Entries stop when the operator gave no sign of life for longer than this."},
  {"breakers.feed_disconnected", kDuration, "30s", "0..1d", "",
   To<&Settings::breakers, &BreakerSettings::feed_disconnected>,
   "Entries stop when the feed was away for longer than this, until it was back for 10 s."},
  {"breakers.consecutive_losses", kInt, "20", "0..10000", "round trips",
   To<&Settings::breakers, &BreakerSettings::consecutive_losses>,
   "Entries stop after this many losing round trips in a row, until a person resets it."},
  {"breakers.consecutive_rejects", kInt, "10", "0..10000", "orders",
   To<&Settings::breakers, &BreakerSettings::consecutive_rejects>,
   "Entries stop after the venue refused this many entries in a row, until a person resets it."},
  {"breakers.venue_errors", kInt, "10", "0..20", "orders",
   To<&Settings::breakers, &BreakerSettings::venue_errors>,
   "Entries stop when this many of the last 20 orders got no answer."},
  {"breakers.latency", kDuration, "5s", "0..1h", "",
   To<&Settings::breakers, &BreakerSettings::latency>,
   "Entries stop when 5 of the last 10 first answers of the venue took longer than this."},

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
  {"jobs.overview_limits", kText, "5/min,25/day", "", "",
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
    {"breakers", "Circuit breakers", "What stops entries until its cause is gone."},
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
  return kSettings;
}

std::span<const SectionSpec> AllSections() {
  return kSections;
}

const SettingSpec* FindSetting(std::string_view name) {
  const auto* const found = std::ranges::find(kSettings, name, &SettingSpec::name);
  return found == kSettings.end() ? nullptr : found;
}

bool IsSettingPrefix(std::string_view name) {
  return std::ranges::any_of(kSettings, [&](const SettingSpec& spec) {
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
