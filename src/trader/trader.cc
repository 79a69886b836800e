#include "trader/trader.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/agent.h"
#include "base/bell.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/result.h"
#include "base/scheduling.h"
#include "base/time.h"
#include "config/settings.h"
#include "contract/view_documents.h"
#include "journal/recorder.h"
#include "journal/tap.h"
#include "ledger/ledger_store.h"
#include "ledger/recovered_books.h"
#include "model/event.h"
#include "model/instrument.h"
#include "model/order.h"
#include "model/venue_report.h"
#include "stateplane/publisher.h"
#include "trader/assembly.h"
#include "trader/books_copy.h"
#include "trader/day_trade_policy.h"
#include "trader/earlier_spill.h"
#include "trader/engine_loop.h"
#include "trader/environment.h"
#include "trader/feed_thread.h"
#include "trader/ledger_writer.h"
#include "trader/publisher_thread.h"
#include "trader/reconcile_desk.h"
#include "trader/reconciler.h"
#include "trader/run_record.h"
#include "trader/venue_thread.h"
#include "trader/watcher.h"
#include "venue/venue.h"

namespace bulwark::trader {
namespace {

// As many order changes as could be on their way through the queues and Redis' last second.
constexpr std::size_t kRepublishedChanges = 16'384;
// Naps of the threads that a bell wakes: they bound only what comes without it, timers and retries.
constexpr base::Nanos kNap{std::chrono::milliseconds{5}};
// Of threads that wait in their own work.
constexpr base::Nanos kOwnNap{std::chrono::microseconds{50}};
// The venue's words come through a socket: a thread that has just traded looks for them more often.
constexpr base::Nanos kVenueNap{std::chrono::microseconds{50}};
constexpr base::Nanos kVenueNapMax{std::chrono::milliseconds{2}};
constexpr base::Nanos kDeskNap{std::chrono::milliseconds{50}};
constexpr int kDeskTurnsMax = 100;
constexpr base::Nanos kShutdownMax{std::chrono::seconds{2}};

stateplane::OpeningPicture PictureOf(const ledger::RecoveredBooks& books,
                                     const std::vector<ledger::RecentOrder>& recent,
                                     const model::InstrumentTable& instruments) {
  stateplane::OpeningPicture picture{.portfolio = books.portfolio};
  const auto add = [&](const model::Order& order) { picture.orders.push_back(order); };
  for (const ledger::RecentOrder& row : recent) {
    add(row.order);
    for (const model::TradeId& trade : row.trades) {
      picture.trades.emplace_back(row.order.id, trade);
    }
  }
  for (const model::Order& order : books.open_orders) {
    const bool is_known = std::any_of(recent.begin(), recent.end(),
                                      [&](const auto& row) { return row.order.id == order.id; });
    if (!is_known) {
      add(order);
    }
  }
  for (const ledger::BookedFill& booked : books.last_fills) {
    picture.rows.push_back(contract::MakeOrderRow(booked.order, booked.fill,
                                                  instruments[booked.fill.instrument].symbol));
  }
  picture.proposals = books.proposals;
  if (books.anchor) {
    picture.day_anchor = books.anchor->equity;
  }
  return picture;
}

base::AgentPace WokenBy(base::Bell& bell) {
  return {.bell = &bell, .nap = kNap, .nap_max = kNap};
}

// Says once to the scheduler what the thread of this work is like, if anything.
template <class Work>
std::function<int()> As(void (*wish)(), Work work) {
  return [work, wish]() mutable {
    if (wish != nullptr) {
      std::exchange(wish, nullptr)();
    }
    return work();
  };
}

}  // namespace

Trader::Trader(const config::Settings& settings, std::string version, Environment& environment,
               model::InstrumentTable instruments)
    : settings_(settings),
      version_(std::move(version)),
      environment_(environment),
      clock_(environment.clock()),
      instruments_(std::move(instruments)),
      exit_gate_(environment.MakeExitGate(settings)) {}

Trader::~Trader() {
  Stop();
}

base::Result<std::unique_ptr<Trader>> Trader::Create(const config::Settings& settings,
                                                     const std::string& version,
                                                     Environment& environment) {
  auto instruments = MakeInstruments(settings);
  if (!instruments) {
    return tl::unexpected<base::Error>(instruments.error());
  }
  std::unique_ptr<Trader> trader(
      new Trader(settings, version, environment, *std::move(instruments)));
  if (auto opened = trader->OpenBooks(); !opened) {
    return tl::unexpected<base::Error>(opened.error());
  }
  return trader;
}

base::Result<void> Trader::OpenBooks() {
  auto opened = environment_.OpenLedger();
  if (!opened) {
    return tl::unexpected<base::Error>(opened.error());
  }
  ledger_ = *std::move(opened);
  if (auto alone = RefuseForeignBooks(); !alone) {
    return alone;
  }
  const auto account = ledger_->EnsureAccount({.opening_cash = settings_.account.initial_cash,
                                               .at = clock_.WallNow(),
                                               .terms = MakeTerms(settings_)});
  if (!account) {
    return tl::unexpected<base::Error>(account.error());
  }
  if (*account) {
    base::LogWarn("account_note").With("note", **account);
  }
  auto instruments = ledger_->CompleteInstruments(instruments_);
  if (!instruments) {
    return tl::unexpected<base::Error>(instruments.error());
  }
  instruments_ = *std::move(instruments);
  auto epoch = ledger_->BeginRun({.version = version_, .at = clock_.WallNow()}, instruments_);
  if (!epoch) {
    return tl::unexpected<base::Error>(epoch.error());
  }
  epoch_ = *epoch;
  spill_ = environment_.OpenSpill(instruments_, epoch_);
  if (spill_) {
    if (auto taken = TakeEarlierSpill(*ledger_, epoch_, *spill_); !taken) {
      return taken;
    }
  }
  if (auto begun = ledger_->EnsureMode({.mode = OpeningModeOf(settings_),
                                        .reason = "the setting autonomy.mode",
                                        .actor = "system",
                                        .at = clock_.WallNow()});
      !begun) {
    return begun;
  }
  auto books = ledger_->Recover(instruments_);
  if (!books) {
    return tl::unexpected<base::Error>(books.error());
  }
  if (auto adopted = AdoptDayTrades(*books); !adopted) {
    return adopted;
  }
  base::LogInfo("books_recovered")
      .With("epoch", epoch_)
      .With("fills", books->fills)
      .With("open_orders", books->open_orders.size());
  return MakeThreads(*std::move(books));
}

// The first publication would overwrite what another installation shows.
base::Result<void> Trader::RefuseForeignBooks() {
  const auto is_new = ledger_->IsNew();
  if (!is_new) {
    return tl::unexpected<base::Error>(is_new.error());
  }
  return *is_new ? environment_.RequireNoForeignBooks(settings_.account.initial_cash)
                 : base::Result<void>();
}

base::Result<void> Trader::MakeThreads(ledger::RecoveredBooks books) {
  const auto recent = ledger_->RecentOrders(instruments_, kRepublishedChanges);
  if (!recent) {
    return tl::unexpected<base::Error>(recent.error());
  }
  opening_cash_ = books.opening_cash + books.opening_cost;
  venue_sequence_ = books.venue_sequence_max;
  booked_.insert(books.trade_ids.begin(), books.trade_ids.end());
  open_orders_ = books.open_orders;
  telemetry_ =
      std::make_unique<base::TripleBuffer<model::Telemetry>>(model::Telemetry(instruments_.size()));

  books_ = std::make_unique<base::TripleBuffer<BooksCopy>>(BooksCopy{});
  auto feed = environment_.MakeFeed(settings_, instruments_);
  auto pacer = MakePacer(settings_);
  const EngineStart start{
      .epoch = epoch_,
      .books = {.portfolio = books.portfolio,
                .open_orders = books.open_orders,
                .trades = books.trade_ids,
                .venue_sequence = books.venue_sequence_max,
                .booked_trades = books.booked_trades,
                .adjustments = books.adjustment_ids,
                .share_moves = books.share_moves,
                .foreign_day_trades = UnixDaysOf(books.foreign_day_trades),
                .are_foreign_day_trades_known = are_day_trades_known_},
      .anchor = books.anchor,
      .week_anchor = books.week_anchor,
      .inception_anchor = books.inception_anchor,
      .entries = {.utc_day = books.entries.utc_day, .count = books.entries.count},
      .breakers = OpeningOf(books.breakers, {.peak = books.peak_anchor,
                                             .session = books.session_anchor,
                                             .watchdog = books.watchdog_anchor}),
      .approvals = {.mode = books.mode ? books.mode->mode : OpeningModeOf(settings_),
                    .proposals = books.proposals}};
  MakeRecorder(start);
  auto engine = MakeEngine(settings_, instruments_, start);
  auto watched = environment_.OpenWatchedLedger();
  auto reports = environment_.OpenReports();
  for (const base::Error* error :
       {feed ? nullptr : &feed.error(), pacer ? nullptr : &pacer.error(),
        engine ? nullptr : &engine.error(), watched ? nullptr : &watched.error(),
        reports ? nullptr : &reports.error()}) {
    if (error != nullptr) {
      return tl::unexpected<base::Error>(*error);
    }
  }
  feed_ = *std::move(feed);
  engine_ = *std::move(engine);
  venue_ = environment_.MakeVenue(settings_, instruments_);
  engine_loop_ = std::make_unique<EngineLoop>(*engine_, EngineLoopPeers{.queues = queues_,
                                                                        .health = health_,
                                                                        .latencies = latencies_,
                                                                        .telemetry = *telemetry_,
                                                                        .clock = clock_,
                                                                        .tap = tap_.get(),
                                                                        .books = books_.get()});
  ledger_writer_ = std::make_unique<LedgerWriter>(
      *ledger_, epoch_, queues_, health_, clock_,
      WriterHelp{.spill = spill_.get(), .exit_gate = exit_gate_.get()});
  stateplane::Publisher picture(instruments_,
                                {.epoch = epoch_,
                                 .opening_cash = opening_cash_,
                                 .alert_retention = settings_.alerts.retention,
                                 .clock = &clock_,
                                 .stop_loss_pct = settings_.risk.stop_loss_pct,
                                 .day_trades_max = settings_.daytrade.max_trades,
                                 .positions_max = settings_.risk.max_positions},
                                PictureOf(books, *recent, instruments_));
  MakeDayTradeBoard(start, books.foreign_day_trades);
  publisher_ = std::make_unique<PublisherThread>(
      environment_.MakeDialer(),
      PublisherTiming{.telemetry_every = settings_.publisher.interval,
                      .heartbeat_every = settings_.heartbeat.interval,
                      .call_timeout = settings_.redis.call_timeout},
      std::move(picture),
      PublisherPeers{.queues = queues_,
                     .health = health_,
                     .latencies = latencies_,
                     .telemetry = *telemetry_,
                     .exit_gate = *exit_gate_,
                     .instruments = instruments_,
                     .clock = clock_,
                     .day_trades = day_trades_.get()});
  reconciler_ = std::make_unique<Reconciler>(
      *venue_, instruments_,
      ReconcilerOptions{.epoch = epoch_,
                        .interval = settings_.reconcile.interval,
                        .queries_per_minute = settings_.reconcile.queries_per_minute},
      ReconcilerPeers{.queues = queues_, .health = health_, .books = *books_, .clock = clock_});
  if (*reports) {
    desk_ = std::make_unique<ReconcileDesk>(*std::move(reports), instruments_, queues_, clock_);
  }
  venue_thread_ =
      std::make_unique<VenueThread>(*venue_, queues_, health_, *exit_gate_, *reconciler_, clock_);
  for (const model::Order& order : open_orders_) {
    venue_thread_->NoteSentEarlier(order.id);
  }
  feed_thread_ = std::make_unique<FeedThread>(*feed_, *std::move(pacer), queues_, health_, clock_);
  auto hours = MakeMarketHours(instruments_, settings_.calendar.overrides);
  if (!hours) {
    return tl::unexpected<base::Error>(hours.error());
  }
  market_hours_ = *std::move(hours);
  watcher_ = std::make_unique<Watcher>(
      environment_.MakeDialer(), *std::move(watched),
      WatcherTiming{.poll_every = settings_.halt.poll_interval},
      WatcherPeers{.queues = queues_,
                   .health = health_,
                   .exit_gate = *exit_gate_,
                   .clock = clock_,
                   .epoch = epoch_,
                   .does_halt_kill = settings_.halt.sets_kill,
                   .instruments = &instruments_,
                   .approvals = {.mode = start.approvals.mode, .last_answer = books.last_answer},
                   .market_hours = market_hours_ ? &*market_hours_ : nullptr});
  return {};
}

void Trader::MakeRecorder(const EngineStart& start) {
  const std::optional<JournalPlace> place = environment_.journal();
  if (!place || !settings_.journal.enabled) {
    return;
  }
  tap_ = std::make_unique<journal::Tap>();
  recorder_ = std::make_unique<journal::Recorder>(
      journal::RecorderOptions{.root = place->folder,
                               .epoch = epoch_,
                               .layout = RecordLayout(),
                               .start = EncodeRunRecord({.version = version_,
                                                         .settings = place->settings,
                                                         .instruments = instruments_.rows(),
                                                         .start = start}),
                               .bytes_max = settings_.journal.max_bytes},
      *tap_);
}

base::Result<void> Trader::Start(const std::function<bool()>& should_stop) {
  if (auto connected = ConnectVenue(should_stop); !connected) {
    return connected;
  }
  // A recording played as fast as it goes takes every core it gets; stops, books and Redis go
  // first.
  const auto flat_out = settings_.feed.speed ? nullptr : &base::GiveWay;
  publisher_agent_ = environment_.StartRungWorker("publisher", WokenBy(queues_.bells.publisher),
                                                  [this] { return publisher_->DoWork(); });
  ledger_agent_ = environment_.StartRungWorker("ledger", WokenBy(queues_.bells.ledger),
                                               [this] { return ledger_writer_->DoWork(); });
  if (recorder_) {
    recorder_agent_ =
        environment_.StartWorker("recorder", kNap, [this] { return recorder_->DoWork(); });
  }
  engine_agent_ =
      environment_.StartRungWorker("engine", WokenBy(queues_.bells.engine),
                                   As(flat_out, [this] { return engine_loop_->DoWork(); }));
  if (auto caught_up = CatchUpWithVenue(); !caught_up) {
    Stop();
    return caught_up;
  }
  venue_agent_ = environment_.StartRungWorker(
      "venue",
      base::AgentPace{.bell = &queues_.bells.venue, .nap = kVenueNap, .nap_max = kVenueNapMax},
      [this] { return venue_thread_->DoWork(); });
  watcher_agent_ = environment_.StartWorker(
      "watcher", kOwnNap, As(&base::PreferShortTurns, [this] { return watcher_->DoWork(); }));
  feed_agent_ = environment_.StartWorker("feed", kOwnNap,
                                         As(flat_out, [this] { return feed_thread_->DoWork(); }));
  if (desk_) {
    desk_agent_ =
        environment_.StartWorker("reconcile", kDeskNap, [this] { return desk_->DoWork(); });
  }
  base::LogInfo("trader_started").With("epoch", epoch_);
  return {};
}

base::Result<void> Trader::ConnectVenue(const std::function<bool()>& should_stop) {
  bool is_told = false;
  while (!should_stop()) {
    const auto connected = venue_->Connect(epoch_);
    if (connected) {
      return {};
    }
    if (connected.error().code != base::ErrorCode::kUnavailable) {
      return connected;
    }
    if (!is_told) {
      base::LogWarn("waiting_for_venue").With("error", connected.error());
      is_told = true;
    }
  }
  return base::Fail(base::ErrorCode::kUnavailable, "stopped while waiting for the venue");
}

void Trader::Report(const model::Event& event) {
  while (!queues_.reports.TryPush(event)) {
    clock_.Pause(base::Nanos{0});
  }
  queues_.bells.engine.Ring();
}

bool Trader::is_fenced() const {
  return ledger_writer_->is_fenced() || watcher_->is_fenced();
}

void Trader::Stop() {
  if (!engine_agent_) {
    return;
  }
  feed_agent_.reset();
  // A run that was fenced off leaves orders and Redis to the newer one.
  const bool is_over = is_fenced();
  if (!is_over) {
    engine_loop_->RequestShutdown();
  }
  const base::Nanos deadline = clock_.MonotonicNow() + (is_over ? base::Nanos{0} : kShutdownMax);
  while (venue_agent_ && !engine_loop_->is_idle() && clock_.MonotonicNow() < deadline) {
    clock_.Pause(std::chrono::milliseconds{5});
  }
  engine_agent_.reset();
  recorder_agent_.reset();
  if (recorder_) {
    recorder_->Finish();
  }
  ledger_agent_.reset();
  ledger_writer_->Flush();
  publisher_agent_.reset();
  if (!is_over) {
    publisher_->Flush();
  }
  venue_agent_.reset();
  desk_agent_.reset();
  for (int turn = 0; desk_ && turn < kDeskTurnsMax && desk_->DoWork() > 0; ++turn) {
  }
  watcher_agent_.reset();  // Last: a stop counts until nothing can leave any more.
  base::LogInfo("trader_stopped").With("epoch", epoch_);
}

Summary Trader::Summarize() const {
  model::Telemetry telemetry(instruments_.size());
  engine_->FillTelemetry(telemetry);
  const model::Portfolio& books = engine_->oms().portfolio();
  Summary summary{.epoch = epoch_,
                  .feed_events = health_.feed_events,
                  .orders_sent = health_.orders_sent,
                  .refused_at_exit = health_.orders_refused_at_exit,
                  .fills = health_.fills,
                  .denials = telemetry.denials,
                  .duplicate_fills = telemetry.duplicate_fills,
                  .commits = health_.commits,
                  .transactions = health_.transactions,
                  .transaction_failures = health_.transaction_failures,
                  .worst_cycle_ns = health_.worst_cycle_ns,
                  .cycles_over_budget = health_.cycles_over_budget,
                  .open_orders = engine_->oms().open_orders().size(),
                  .equity = telemetry.equity,
                  .cash = books.owned_cash(),
                  .realised_pnl = books.realised_pnl,
                  .opening_cash = opening_cash_};
  for (const model::Instrument& instrument : instruments_.rows()) {
    const base::Decimal owned = books.at(instrument.id).owned();
    if (!owned.is_zero()) {
      summary.positions.push_back(std::string(instrument.symbol.view()) + " " + owned.ToString());
    }
  }
  return summary;
}

}  // namespace bulwark::trader
