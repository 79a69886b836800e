#include "trader/reconciler.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "base/decimal.h"
#include "base/log.h"
#include "base/time.h"
#include "model/action.h"
#include "model/event.h"
#include "model/fill.h"
#include "model/instrument.h"
#include "model/order.h"
#include "model/venue_report.h"
#include "reconcile/books.h"
#include "reconcile/concluder.h"
#include "reconcile/differ.h"
#include "reconcile/difference.h"
#include "reconcile/judge.h"
#include "reconcile/own_id.h"
#include "reconcile/report.h"
#include "trader/books_copy.h"
#include "venue/venue.h"

namespace bulwark::trader {
namespace {

// The engine answers within its cycle; one that is held back by a full journal may need longer.
constexpr base::Nanos kBooksMax{std::chrono::seconds{5}};
constexpr std::size_t kNeverSentMax = 4'096;
constexpr std::uint64_t kOvertakenMax = 1'000;

reconcile::ConcluderLimits LimitsOf(const ReconcilerOptions& options) {
  return {.asks_per_minute = options.queries_per_minute};
}

reconcile::OurBooks OurBooksOf(const BooksCopy& copy, const model::InstrumentTable& instruments) {
  reconcile::OurBooks ours{
      .token = copy.token,
      .cash = copy.portfolio.owned_cash(),
      .open_orders = {copy.orders.begin(),
                      copy.orders.begin() + static_cast<std::ptrdiff_t>(copy.order_count)},
      .fill_sequence = copy.fill_sequence};
  for (const model::Instrument& instrument : instruments.rows()) {
    ours.positions.push_back({.symbol = instrument.symbol,
                              .venue_symbol = instrument.venue_symbol,
                              .quantity = copy.portfolio.at(instrument.id).owned(),
                              .mark = copy.marks.at(instrument.id.index)});
  }
  return ours;
}

std::optional<reconcile::OrderLife> LifeOf(venue::VenueOrderStatus status) {
  switch (status) {
    case venue::VenueOrderStatus::kUnknown:
      break;
    case venue::VenueOrderStatus::kWorking:
      return reconcile::OrderLife::kWorking;
    case venue::VenueOrderStatus::kFilled:
      return reconcile::OrderLife::kFilled;
    case venue::VenueOrderStatus::kCancelled:
      return reconcile::OrderLife::kCancelled;
    case venue::VenueOrderStatus::kRejected:
      return reconcile::OrderLife::kRejected;
    case venue::VenueOrderStatus::kExpired:
      return reconcile::OrderLife::kExpired;
  }
  return std::nullopt;
}

}  // namespace

Reconciler::Reconciler(venue::Venue& venue, const model::InstrumentTable& instruments,
                       const ReconcilerOptions& options, const ReconcilerPeers& peers)
    : venue_(venue),
      instruments_(instruments),
      options_(options),
      queues_(peers.queues),
      health_(peers.health),
      books_(peers.books),
      clock_(peers.clock),
      concluder_(LimitsOf(options)),
      looked_at_(peers.clock.MonotonicNow()) {}

void Reconciler::Begin(AwayNews news) {
  next_report_.fills = std::move(news.fills);
  next_report_.ended = std::move(news.ended);
  for (const reconcile::Difference& order : news.orders) {
    Remember(order);
  }
}

void Reconciler::See(const model::VenueReport& report) {
  if (const auto* filled = std::get_if<model::OrderFilled>(&report);
      filled != nullptr && !reconcile::IsOwnId(filled->fill.order_id, options_.epoch)) {
    const model::Fill& fill = filled->fill;
    Remember({.kind = reconcile::Kind::kForeignOrder,
              .order_id = fill.order_id,
              .venue_order_id = filled->venue_order_id,
              .instrument = fill.instrument,
              .symbol = instruments_[fill.instrument].symbol,
              .side = fill.side,
              .venue = fill.quantity});
  }
  if (const auto* link = std::get_if<model::VenueLink>(&report); link != nullptr && link->is_up) {
    compare_at_ = base::Nanos{0};
    has_compared_ = false;
  }
}

void Reconciler::NoteSent(const model::OrderId& id) {
  const auto* asked = asked_ ? std::get_if<venue::AskOrder>(&*asked_) : nullptr;
  is_answer_old_ = is_answer_old_ || (asked != nullptr && asked->id == id);
}

bool Reconciler::CountsAsNeverSent(const model::OrderId& id) const {
  return std::find(never_sent_.begin(), never_sent_.end(), id) != never_sent_.end();
}

void Reconciler::DoWork() {
  LetTimePass();
  TakeFinding();
  TakeBooks();
  if (venue_.is_connected()) {
    concluder_.OnTime(now(), steps_);
    Run(std::exchange(steps_, {}));
    AskNext();
  }
  OfferReport();
}

void Reconciler::LetTimePass() {
  const base::Nanos at = clock_.MonotonicNow();
  if (venue_.is_connected()) {
    up_for_ += at - looked_at_;
  }
  looked_at_ = at;
}

void Reconciler::TakeFinding() {
  if (!asked_) {
    return;
  }
  auto finding = venue_.TakeFinding();
  if (!finding) {
    return;
  }
  if (is_answer_old_) {
    finding = venue::NoAnswer{};
  }
  if (const auto* account = std::get_if<venue::AccountSnapshot>(&*finding)) {
    Learn(*account);
  } else if (const auto* fills = std::get_if<venue::FillsFound>(&*finding)) {
    Learn(*fills);
  } else if (const auto* order = std::get_if<venue::VenueOrder>(&*finding)) {
    Learn(*order);
  } else {
    LearnNothing();
  }
  asked_.reset();
  is_answer_old_ = false;
}

void Reconciler::Learn(const venue::AccountSnapshot& account) {
  account_.token = ++token_;
  account_.cash = account.cash;
  account_.fill_sequence = account.last_fill_sequence;
  account_.positions.clear();
  account_.working.clear();
  model::VenueBooks books{.cash = account.cash,
                          .fill_sequence = account.last_fill_sequence,
                          .token = token_,
                          .unresolved = static_cast<std::uint32_t>(concluder_.blocking()),
                          .is_first_look = !has_compared_,
                          .at = clock_.WallNow()};
  for (const venue::HeldPosition& held : account.positions) {
    account_.positions.push_back({.venue_symbol = held.venue_symbol, .quantity = held.quantity});
    const std::optional<model::InstrumentId> known =
        held.instrument ? held.instrument : instruments_.Find(held.venue_symbol.view());
    if (known) {
      books.positions.at(known->index) = held.quantity;
    } else {
      books.has_foreign_position = books.has_foreign_position || !held.quantity.is_zero();
    }
  }
  for (const venue::WorkingOrder& order : account.orders) {
    account_.working.push_back({.id = order.id,
                                .venue_order_id = order.venue_order_id,
                                .venue_symbol = order.venue_symbol,
                                .side = order.side,
                                .quantity = order.quantity,
                                .filled = order.cumulative_filled,
                                .limit_price = order.limit_price});
  }
  picture_ = books;
  Push(books);
  stage_ = Stage::kWaitingForBooks;
  give_up_at_ = clock_.MonotonicNow() + kBooksMax;
}

void Reconciler::Learn(const venue::FillsFound& found) {
  base::LogInfo("missing_fills_found").With("fills", found.fills.size());
  for (const model::Fill& fill : found.fills) {
    Push(model::OrderFilled{.fill = fill});
  }
}

void Reconciler::Learn(const venue::VenueOrder& order) {
  // The adapter promises that its "unknown" is definitive (venue/venue.h).
  reconcile::OrderAnswer answer{
      .order_id = order.id, .is_definitive = true, .at = clock_.WallNow()};
  if (const auto life = LifeOf(order.status)) {
    answer.found.push_back({.life = *life,
                            .venue_order_id = order.venue_order_id,
                            .filled = order.cumulative_filled,
                            .reason = order.reason});
  }
  concluder_.OnAnswer(answer, now(), steps_);
  Run(std::exchange(steps_, {}));
}

void Reconciler::LearnNothing() {
  if (!asked_) {
    return;
  }
  if (const auto* order = std::get_if<venue::AskOrder>(&*asked_)) {
    concluder_.OnNoAnswer(order->id);
  } else if (std::holds_alternative<venue::AskAccount>(*asked_)) {
    base::LogWarn("venue_account_not_told");
    stage_ = Stage::kIdle;
  }
}

void Reconciler::TakeBooks() {
  if (stage_ != Stage::kWaitingForBooks) {
    return;
  }
  if (books_.Take() && books_.reading().token == token_) {
    Compare(books_.reading());
    stage_ = Stage::kIdle;
  } else if (clock_.MonotonicNow() > give_up_at_) {
    stage_ = Stage::kIdle;
  }
}

void Reconciler::Compare(const BooksCopy& books) {
  our_sequence_ = books.fill_sequence;
  const auto found = reconcile::Compare(OurBooksOf(books, instruments_), account_, options_.epoch);
  // Before the first order of a run nothing of ours can be on its way.
  const bool is_quiet = health_.orders_sent.load(std::memory_order_relaxed) == 0;
  const bool are_fills_equal = books.fill_sequence == account_.fill_sequence;
  concluder_.Observe(found, {.is_quiet = is_quiet, .are_fills_equal = are_fills_equal}, now(),
                     steps_);
  Run(std::exchange(steps_, {}));
  TellBlocking();
  TakeDecisions();
  MakeReportIfDue();
}

// The picture left before it was compared: what stands in the way of new risk must not wait for the
// next one. That nothing does, the next one says, at once after the first.
void Reconciler::TellBlocking() {
  const auto blocking = static_cast<std::uint32_t>(concluder_.blocking());
  if (blocking > 0 && blocking != picture_.unresolved) {
    picture_.unresolved = blocking;
    Push(picture_);
  }
  if (!std::exchange(has_compared_, true)) {
    compare_at_ = base::Nanos{0};
  }
}

void Reconciler::AskNext() {
  if (asked_) {
    return;
  }
  if (!questions_.empty()) {
    if (venue_.Ask(questions_.front())) {
      asked_ = questions_.front();
      questions_.pop_front();
    }
    return;
  }
  const base::Nanos at = clock_.MonotonicNow();
  if (stage_ == Stage::kIdle && at >= compare_at_ && venue_.Ask(venue::AskAccount{})) {
    asked_ = venue::AskAccount{};
    stage_ = Stage::kAsked;
    account_.asked_at = clock_.WallNow();
    compare_at_ = at + options_.interval;
  }
}

void Reconciler::Run(const reconcile::Steps& steps) {
  for (const reconcile::Step& step : steps) {
    std::visit([this](const auto& what) { Do(what); }, step);
  }
}

void Reconciler::Do(const reconcile::AskOrder& ask) {
  questions_.emplace_back(venue::AskOrder{ask.order_id});
}

void Reconciler::Do(const reconcile::AskFills& /*ask*/) {
  // From further back: an older one may have been overtaken. What is booked is known by its id.
  questions_.emplace_back(venue::AskFills{our_sequence_ - std::min(our_sequence_, kOvertakenMax)});
}

void Reconciler::Do(const reconcile::CancelAtVenue& cancel) {
  const reconcile::Difference& lost = cancel.difference;
  if (Remember(lost)) {
    Notify(model::AlertLevel::kError, "UNJOURNALED_ORDER",
           model::Reason::Cut(std::string(lost.symbol.view()) + " " + lost.venue.ToString() +
                              " works without a record; cancelled"),
           lost.order_id);
  }
  const venue::SendOutcome outcome =
      venue_.Cancel({.order_id = lost.order_id,
                     .instrument = lost.instrument.value_or(model::InstrumentId{}),
                     .was_sent = true});
  base::LogWarn("unjournaled_order_cancel")
      .With("order_id", lost.order_id.ToString())
      .With("sent", outcome == venue::SendOutcome::kMayHaveLeft);
}

void Reconciler::Do(const reconcile::Conclude& conclusion) {
  base::LogInfo("difference_concluded").With("what", reconcile::Describe(conclusion.difference));
  if (const auto* unsent = std::get_if<model::OrderNotSent>(&conclusion.report)) {
    if (never_sent_.size() == kNeverSentMax) {
      never_sent_.pop_front();
    }
    never_sent_.push_back(unsent->order_id);
  }
  std::visit([this](const auto& report) { Push(report); }, conclusion.report);
}

void Reconciler::Do(const reconcile::Raise& raise) {
  const reconcile::Difference& difference = raise.difference;
  base::LogError("difference_raised")
      .With("kind", reconcile::Name(difference.kind))
      .With("what", reconcile::Describe(difference))
      .With("why", raise.why.view());
  MarkReportDue();
  if (difference.kind == reconcile::Kind::kForeignOrder) {
    Remember(difference);
    Notify(model::AlertLevel::kWarning, "FOREIGN_ORDER",
           model::Reason::Cut(reconcile::Describe(difference)), difference.order_id);
  }
}

void Reconciler::Do(const reconcile::Clear& clear) {
  base::LogInfo("difference_cleared").With("what", reconcile::Describe(clear.difference));
  MarkReportDue();
}

void Reconciler::Notify(model::AlertLevel level, std::string_view event,
                        const model::Reason& reason, const model::OrderId& order_id) {
  Push(model::Notice{.level = level,
                     .event = model::AlertName(event),
                     .reason = reason,
                     .order_id = order_id,
                     .at = clock_.WallNow()});
}

void Reconciler::Push(const model::Event& event) {
  while (!queues_.reports.TryPush(event)) {
    clock_.Pause(base::Nanos{0});
  }
  queues_.bells.engine.Ring();
}

}  // namespace bulwark::trader
