// The real engine with the real strategies and gate in a market that makes them trade.
//
// Shape:   four instruments whose prices swing slowly with noise on top; 20 ticks to a bar of one
//          second. The caller processes the events, so that it can time them, and gives the actions
//          back for the fills. The same every time.
// Threads: one thread. The market makes no allocation.

#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <vector>

#include "base/decimal.h"
#include "base/time.h"
#include "engine/engine.h"
#include "model/action.h"
#include "model/action_buffer.h"
#include "model/event.h"
#include "model/instrument.h"

namespace bulwark::bench {

// What an event made the engine do.
enum class Work : std::uint8_t { kTick, kBar, kOrder };

class DecisionRig {
 public:
  static constexpr std::uint16_t kInstruments = 4;

  explicit DecisionRig(std::uint64_t epoch);

  // The next tick. Keeps the permit fresh.
  model::Event NextTick();
  // What the engine did with the tick NextTick() gave last.
  [[nodiscard]] Work WorkOf(const model::ActionBuffer& out) const;
  // The venue fills all orders of `sent`; what the engine does with the fills is added to `out`.
  void FillAll(const std::vector<model::Action>& sent, model::ActionBuffer& out);

  [[nodiscard]] engine::Engine& engine() { return *engine_; }
  [[nodiscard]] const model::InstrumentTable& instruments() const { return instruments_; }
  [[nodiscard]] base::Decimal opening_cash() const { return opening_cash_; }

 private:
  [[nodiscard]] base::Decimal NextPrice();

  base::Decimal opening_cash_ = base::Decimal::FromInt(1'000'000);
  model::InstrumentTable instruments_;
  std::unique_ptr<engine::Engine> engine_;
  model::ActionBuffer scratch_;
  std::mt19937_64 random_{20240607};
  base::UnixNanos now_{std::chrono::seconds{1'700'000'000}};
  std::array<base::Decimal, kInstruments> prices_;
  std::uint16_t instrument_ = 0;
  std::uint64_t steps_ = 0;
  std::uint64_t trades_ = 0;
  bool ends_bar_ = false;
};

}  // namespace bulwark::bench
