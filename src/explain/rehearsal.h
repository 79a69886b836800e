// What the gate would say to an order now, asked of an engine made from the ledger.
//
// Shape:   the engine is made as a trader makes it at a start, with the books and stops of the
//          ledger and the last prices that Redis shows; nothing is written and nothing is sent.
//          The link to the venue is taken to be up and its books to equal ours: whether that is so,
//          only the running trader knows. Limits on the rate of orders begin anew.
// Errors:  as trader::MakeEngine().
// Threads: one.
// Owner:   owns everything it is made of.
// Source:  docs/day-trades.md#asking-it

#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "base/decimal.h"
#include "base/result.h"
#include "base/time.h"
#include "config/settings.h"
#include "daytrade/guard.h"
#include "engine/engine.h"
#include "ledger/recovered_books.h"
#include "model/denial.h"
#include "model/instrument.h"
#include "model/market_data.h"
#include "model/order.h"
#include "model/scoped_modes.h"
#include "risk/gate_trace.h"

namespace bulwark::explain {

struct ShownPrice {
  model::InstrumentId instrument;
  base::Decimal price;
  base::UnixNanos at;  // When it was seen last.
};

// What is true at the moment of the question.
struct Moment {
  std::vector<ShownPrice> prices;
  model::ScopedModes scopes;
  bool is_redis_ok = false;
  base::UnixNanos now;
};

struct Rehearsed {
  model::NewOrder order;
  std::vector<risk::TracedCheck> checks;  // Empty when sizes and steps left nothing to ask about.
  std::optional<model::Denial> denial;
  std::optional<daytrade::Decision> day_trade;  // Empty where its rules do not apply.
};

class Rehearsal {
 public:
  static base::Result<std::unique_ptr<Rehearsal>> Make(const config::Settings& settings,
                                                       model::InstrumentTable instruments,
                                                       const ledger::RecoveredBooks& books,
                                                       const Moment& moment);
  Rehearsal(const Rehearsal&) = delete;
  Rehearsal& operator=(const Rehearsal&) = delete;
  Rehearsal(Rehearsal&&) = delete;
  Rehearsal& operator=(Rehearsal&&) = delete;
  ~Rehearsal();

  // A person's order at the market. A sale of what is held closes; of more or of nothing it opens a
  // short.
  [[nodiscard]] model::NewOrder OrderFor(model::InstrumentId instrument, model::Side side,
                                         base::Decimal quantity) const;
  Rehearsed Ask(const model::NewOrder& order);

  [[nodiscard]] const model::InstrumentTable& instruments() const { return instruments_; }
  [[nodiscard]] const engine::Engine& engine() const { return *engine_; }

 private:
  explicit Rehearsal(model::InstrumentTable instruments);
  void Tell(const ledger::RecoveredBooks& books, const Moment& moment);

  model::InstrumentTable instruments_;
  std::unique_ptr<engine::Engine> engine_;
  base::UnixNanos now_;
};

}  // namespace bulwark::explain
