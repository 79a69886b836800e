#include "sim/bugs.h"

#include <array>
#include <optional>
#include <span>
#include <string_view>

#include "sim/context.h"

namespace bulwark::sim {
namespace {

constexpr std::array kBugs = {
    BugSpec{Bug::kForgetTrades, "forget-trades",
            "a restart does not know which fills were booked: repeats are booked again"},
    BugSpec{Bug::kSendFirst, "send-first", "orders leave before their intent is durable"},
    BugSpec{Bug::kLazyFsync, "lazy-fsync",
            "a commit is acknowledged while it is still in the disk's cache"},
    BugSpec{Bug::kBlindResend, "blind-resend",
            "after a lost link, orders without an answer are sent again under a new id"},
    BugSpec{Bug::kKeepReservation, "keep-reservation",
            "the reservation of an expired order is not released"},
    BugSpec{Bug::kHaltAtEngineOnly, "halt-at-engine-only",
            "HALT is asked by the engine, but not where orders leave"},
    BugSpec{Bug::kForgetAdjustments, "forget-adjustments",
            "a restart recomputes the books from the fills alone"},
    BugSpec{Bug::kBelieveNotFound, "believe-not-found",
            "the venue's \"not found\" is taken for proof that an order never arrived"},
    BugSpec{Bug::kForgetSpill, "forget-spill",
            "a restart does not look for what the last run could not commit"},
};

}  // namespace

std::span<const BugSpec> AllBugs() {
  return kBugs;
}

std::optional<Bug> FindBug(std::string_view name) {
  for (const BugSpec& spec : kBugs) {
    if (spec.name == name) {
      return spec.bug;
    }
  }
  return std::nullopt;
}

}  // namespace bulwark::sim
