// Keeps all processes together below the limits of a server: ask before each call.
//
// Shape:   a permit allows one call, started before `valid_until`. In every span of a window's
//          length at most the window's units are granted, by all processes together, with Redis,
//          without it and while it comes back: Redis hands out one part (src/limiter/
//          shared_budget.h), and each process may use its own fixed part while Redis is away
//          (src/limiter/local_share.h); the two never overlap. Each window is treated as a little
//          longer than it is (`transit`), so that the server, too, never counts too many: what is
//          late on its way arrives at most that much later.
// Units:   spans of time; `valid_until` is the clock's monotonic time.
// Errors:  kInvalidArgument for a weight that no window ever allows; kCorrupt when a key in Redis
//          cannot be understood (nothing is granted then, and the message names the key). An absent
//          Redis is no error.
// Threads: one thread at a time; each thread makes its own. Acquire() blocks for `max_wait` at
//          most, TryAcquire() and Report429() for the Redis timeout.
// Owner:   dialer and clock must outlive the limiter.
// Source:  docs/limiter.md

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "base/clock.h"
#include "base/result.h"
#include "base/time.h"
#include "limiter/limiter_scripts.h"
#include "limiter/limits.h"
#include "limiter/local_share.h"
#include "limiter/shared_budget.h"
#include "redis/connection.h"
#include "redis/dialer.h"

namespace bulwark::limiter {

// One call to the server.
struct Call {
  Priority priority = Priority::kData;
  std::uint32_t weight = 1;
};

struct Permit {
  base::Nanos valid_until{};
  bool is_local = false;  // From this process's own part, without Redis.
};

struct Refusal {
  enum class Reason : std::uint8_t {
    kWindow,   // The windows are used up.
    kClosed,   // The server said 429 or 418.
    kFull,     // Too many wait already.
    kAway,     // Redis is away, and this process's own part is used up or none.
    kStopped,  // `is_stopped` said so.
  };

  Reason reason = Reason::kWindow;
  base::Nanos retry_after{};  // When it would have a chance.
};

using Answer = std::variant<Permit, Refusal>;

std::string_view Name(Refusal::Reason reason);

struct Stats {
  std::uint64_t granted = 0;    // Units, from Redis.
  std::uint64_t local = 0;      // Units, from this process's own part.
  std::uint64_t waited = 0;     // Calls that had to wait.
  std::uint64_t refused = 0;    // Calls that got none.
  std::uint64_t late = 0;       // Units whose answer came too late to be used.
  std::uint64_t throttled = 0;  // 429 and 418.
  std::uint64_t outages = 0;    // Times that Redis went away.
  std::uint64_t healed = 0;     // Times that the keys had been changed by others, or damaged.
  std::uint64_t questions = 0;  // Asked of Redis.
};

struct LimiterOptions {
  std::string name;  // Of the budget, as in its keys: "alpha_vantage".
  Limits limits;
  base::Nanos transit{};         // Zero: a tenth of the shortest window, 10 ms to 1 s.
  std::size_t waiters_max = 64;  // Of one priority; twice as many cancels, and exits.
  base::Nanos call_timeout = std::chrono::milliseconds{250};
  base::Nanos probe_interval = std::chrono::seconds{1};  // How often an absent Redis is tried.
  const base::Clock* clock = &base::SystemClock();
  std::function<bool()> is_stopped;            // Asked ten times a second while Acquire() waits.
  std::string_view server_time = kServerTime;  // For tests.
};

class Limiter {
 public:
  using Options = LimiterOptions;

  // Connects with the first question, not here.
  static base::Result<std::unique_ptr<Limiter>> Create(Options options, redis::Dialer& dialer);

  // Gives its slot back when it can do so safely.
  ~Limiter();
  Limiter(const Limiter&) = delete;
  Limiter& operator=(const Limiter&) = delete;
  Limiter(Limiter&&) = delete;
  Limiter& operator=(Limiter&&) = delete;

  // Waits in the queue for a permit, first come first served inside a priority. Refuses at once
  // what `max_wait` cannot reach.
  base::Result<Answer> Acquire(const Call& call, base::Nanos max_wait);
  // Never waits.
  base::Result<Answer> TryAcquire(const Call& call) { return Acquire(call, base::Nanos::zero()); }

  // The server answered 429 (too many) or 418 (banned): nobody gets a permit for `retry_after`, or
  // for a span that doubles with each time when the server did not say.
  base::Result<void> Report429(std::optional<base::Nanos> retry_after, int status = 429);

  [[nodiscard]] const Stats& stats() const { return stats_; }
  [[nodiscard]] bool is_redis_away() const { return connection_ == nullptr; }
  // What is in force: the program's, or what an operator set.
  [[nodiscard]] const Limits& limits() const { return shared_.limits(); }

 private:
  struct Later {
    base::Nanos until{};
  };
  using Step = std::variant<Permit, Refusal, Later>;

  // One call on its way: what it asks and its place in the queue.
  struct Turn {
    Question question;
    std::string ticket;
    base::Nanos deadline{};
    bool has_waited = false;
  };

  Limiter(Options options, redis::Dialer& dialer, std::string who);

  [[nodiscard]] base::Result<void> CheckWeight(const Call& call) const;
  base::Result<Answer> Run(Turn& turn);
  base::Result<Step> Ask(Turn& turn);
  base::Result<Step> AskRedis(Turn& turn);
  base::Result<Step> Read(const BudgetAnswer& answer, Turn& turn, base::Nanos asked_at);
  Step AskLocal(const Turn& turn);
  // Whether there is a connection now; tries to make one when it is time.
  bool IsConnected();
  void Dial();
  void Lose(const base::Error& cause);
  void RenewSlot();
  void NoteHealing();
  void Leave(const Turn& turn);
  // False when told to stop.
  [[nodiscard]] bool RestBefore(base::Nanos until);
  [[nodiscard]] base::Nanos Now() const { return options_.clock->MonotonicNow(); }

  Options options_;
  redis::Dialer& dialer_;
  base::Nanos slack_;
  SharedBudget shared_;
  LocalShare own_;
  std::unique_ptr<redis::Connection> connection_;
  bool was_connected_ = false;
  bool is_away_ = false;
  base::Nanos probe_at_;  // When an absent Redis is tried again.
  base::Nanos lost_at_;
  base::Nanos hold_until_;    // After an outage: until the others brought in what was forgotten.
  base::Nanos closed_until_;  // By a 429 seen here.
  base::Nanos slot_until_;    // Our own part may be used until then.
  base::Nanos slot_renew_at_;
  base::Nanos counts_due_{};
  Stats stats_;
};

}  // namespace bulwark::limiter
