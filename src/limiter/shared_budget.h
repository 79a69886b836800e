// The part of the limits that all processes share through Redis: one script call per question.
//
// Shape:   knows the highest count it ever saw and tells the server, so that grants which a crashed
//          server forgot are counted again.
// Units:   spans; the server's time never leaves this file.
// Errors:  as redis::Connection::Call(); kCorrupt names the key that cannot be understood.
// Threads: one thread. Each call blocks for the connection's timeout at most.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "contract/keys.h"
#include "limiter/limits.h"
#include "redis/connection.h"
#include "redis/reply.h"
#include "redis/script.h"

namespace bulwark::limiter {

// What a budget needs to know at its start.
struct BudgetOptions {
  std::string name;
  std::string who;  // Names this process; letters, digits and '-'.
  Limits limits;    // What the program says; an operator's are taken over from Redis.
  base::Nanos slack{};
  std::size_t waiters_max = 64;
  std::string_view time;  // As ServerTime in limiter_scripts.h.
};

// A question.
struct Question {
  enum class What : std::uint8_t { kTake, kTry, kLook };

  What what = What::kTake;
  Priority priority = Priority::kData;
  std::uint32_t units = 1;
  base::Nanos patience{};      // How long it would wait.
  bool brings_counts = false;  // Adds what Count() collected.
};

struct Granted {};
// Come back after `after`, with `ticket` to keep the place.
struct Appointment {
  base::Nanos after{};
  std::string ticket;
};
struct NotNow {
  enum class Why : std::uint8_t { kWindow, kClosed, kFull };

  base::Nanos after{};
  Why why = Why::kWindow;
};
// The limits were changed and are taken over: ask again.
struct LimitsChanged {};
using BudgetAnswer = std::variant<Granted, Appointment, NotNow, LimitsChanged>;

class SharedBudget {
 public:
  explicit SharedBudget(BudgetOptions options);

  // `ticket` is the one of the last Appointment, or empty.
  base::Result<BudgetAnswer> Ask(redis::Connection& connection, const Question& question,
                                 const std::string& ticket);
  // Gives up a place.
  base::Result<void> Leave(redis::Connection& connection, const std::string& ticket) const;
  // Closes for everybody; answers for how long from now.
  base::Result<base::Nanos> Report(redis::Connection& connection, int status,
                                   std::optional<base::Nanos> retry_after) const;
  // Takes or renews this process's slot for `span`; false when all are taken.
  base::Result<bool> HoldSlot(redis::Connection& connection, base::Nanos span) const;
  base::Result<void> GiveSlotBack(redis::Connection& connection) const;

  // Adds to a counter with a later question. `counter` is one of CheckCounterName()'s; a literal.
  void Count(std::string_view counter, std::uint64_t more);
  // Adds them now.
  base::Result<void> BringCounts(redis::Connection& connection);
  // What the script healed with the last question, for the log; empty for nothing.
  [[nodiscard]] const std::string& note() const { return note_; }
  [[nodiscard]] const Limits& limits() const { return limits_; }

 private:
  struct PendingCount {
    std::string_view name;
    std::uint64_t count;
  };

  void Adopt(const Limits& limits, std::string_view origin);
  base::Result<BudgetAnswer> AdoptFrom(const std::string& text);
  base::Result<BudgetAnswer> Read(const redis::Reply& reply);
  [[nodiscard]] std::string PendingText();

  BudgetOptions options_;
  contract::keys::RateLimitKeys keys_;
  redis::Script take_;
  redis::Script report_;
  redis::Script slot_;
  Limits limits_;
  std::string limits_text_;
  // Per priority the numbers of each window, as the script reads them.
  std::array<std::vector<std::string>, kPriorities> windows_;
  std::string pair_span_;
  std::uint64_t seen_ = 0;     // The highest count of units granted ever.
  std::uint64_t tickets_ = 0;  // For names.
  std::vector<PendingCount> pending_;
  std::string note_;
};

}  // namespace bulwark::limiter
