// What goes wrong, decided by the seed: each kind has a rate, each occasion its own draw.
//
// Shape:   whether the n-th occasion of a kind fires depends on (seed, kind, n) alone, so that one
//          occasion can be taken out of a run while the others stay: that is how a failing run is
//          made short. Rates differ from seed to seed; some kinds are off in some seeds.
// Units:   rates per million occasions.
// Threads: one.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"
#include "sim/random.h"

namespace bulwark::sim {

enum class Fault : std::uint8_t {
  kCrash,             // The trader's process dies at an await point.
  kOrderlyStop,       // Somebody stops it.
  kSecondTrader,      // Another machine starts a trader on the same account.
  kStall,             // A thread is not run for a while.
  kClockJump,         // The wall clock is set.
  kLedgerSlow,        //
  kLedgerFull,        // Nothing can be committed for a while.
  kLedgerBusy,        // One call finds it locked.
  kLedgerUnreadable,  // The stops cannot be read.
  kRedisSlow,         //
  kRedisFreeze,       // Answers nothing for a while; what was sent may be done later.
  kRedisReset,        // The connection is lost; the call may have been done.
  kRedisFailover,     // Another server takes over, without the last writes.
  kRedisEvict,        // Keys vanish.
  kRedisOom,          // Refuses writes for a while.
  kRedisScribble,     // Somebody writes nonsense at a stop.
  kLinkLost,          // The session with the venue ends.
  kNetworkDown,       // ... and cannot be opened again for a while.
  kSendCut,           // The session ends while an order or a cancel leaves.
  kFrameLost,         // A report of the venue never arrives.
  kFrameTwice,        //
  kFrameLate,         // ... and is overtaken by others.
  kAnswerLost,        // A question to the venue is not answered.
  kReject,            //
  kRejectAfterAccept,
  kLateFill,        // A fill after the cancel was confirmed.
  kSlowVenue,       //
  kVenueClockSkew,  //
  kFeedSilence,     //
  kHaltInLedger,    // People.
  kHaltInRedis,
  kKill,
  kRelease,  // ... let it go on.
  kFlushAll,
  kTradeBust,        // The venue declares a trade void, later.
  kTradeCorrection,  // ... or changes its price and fee.
  kOverfill,         // It fills more than was ordered.
  kManyIds,          // It gives one order two ids of its own.
  kPhantomNotFound,  // It does not find an order that it has.
  kSpillSlow,        //
  kSpillFull,        // The disk beside the ledger takes nothing either.
  kBalanceMoved,     // Somebody pays in or out, or moves a position, behind our back.
  kHandOrder,        // ... or places an order by hand.
  kAccept,           // A person accepts what the newest report proposes,
  kAdopt,            // ... or makes the orders placed by hand ours.
};
constexpr std::size_t kFaults = 45;

std::string_view Name(Fault fault);
std::optional<Fault> FindFault(std::string_view name);

// One occasion at which a fault fires.
struct Occasion {
  Fault fault = Fault::kCrash;
  std::uint32_t number = 0;

  friend auto operator<=>(const Occasion&, const Occasion&) = default;
};

class Faults {
 public:
  // `spared`: occasions that do not fire although the seed says so.
  Faults(std::uint64_t seed, std::set<Occasion> spared);

  // Whether this occasion fires. Always false after Stop().
  bool Fires(Fault fault);
  // A span for the occasion that fired last.
  [[nodiscard]] base::Nanos Span(base::Nanos least, base::Nanos most);

  void Stop() { is_on_ = false; }
  [[nodiscard]] bool is_on() const { return is_on_; }
  [[nodiscard]] const std::vector<Occasion>& fired() const { return fired_; }
  // For scenarios: nothing fires by chance, but what is asked for does, once.
  void OnlyOnDemand();
  [[nodiscard]] bool is_by_chance() const { return is_by_chance_; }
  void Demand(Fault fault, std::uint32_t times = 1);

 private:
  [[nodiscard]] std::uint64_t Draw(Fault fault, std::uint32_t number, std::uint64_t salt) const;

  std::uint64_t seed_;
  std::set<Occasion> spared_;
  std::array<std::uint32_t, kFaults> rates_{};
  std::array<std::uint32_t, kFaults> counts_{};
  std::array<std::uint32_t, kFaults> demanded_{};
  std::vector<Occasion> fired_;
  Occasion last_;
  bool is_on_ = true;
  bool is_by_chance_ = true;
};

}  // namespace bulwark::sim
