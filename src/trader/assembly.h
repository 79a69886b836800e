// Makes the parts of a trader out of settings: instruments, feed, strategies, gate, venue.
//
// Errors:  kInvalidArgument for settings that parse but cannot be traded, and whatever the parts'
//          own factories say; messages name the setting or the file.
// Threads: the main thread, at start. May read the recording's head from disk.

#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>

#include "approvals/autonomy_policy.h"
#include "approvals/mode_change.h"
#include "base/result.h"
#include "breakers/board.h"
#include "breakers/breaker_rules.h"
#include "config/settings.h"
#include "engine/engine.h"
#include "market/feed.h"
#include "market/pacer.h"
#include "model/action.h"
#include "model/autonomy.h"
#include "model/breaker.h"
#include "model/instrument.h"
#include "oms/oms.h"
#include "risk/gate.h"
#include "venue/venue.h"

namespace bulwark::trader {

// The configured instruments and, for a replay, those of the recording.
base::Result<model::InstrumentTable> MakeInstruments(const config::Settings& settings);
base::Result<std::unique_ptr<market::Feed>> MakeFeed(const config::Settings& settings,
                                                     const model::InstrumentTable& instruments);
base::Result<market::Pacer> MakePacer(const config::Settings& settings);
std::unique_ptr<venue::Venue> MakeVenue(const config::Settings& settings,
                                        const std::filesystem::path& socket,
                                        const model::InstrumentTable& instruments);
// Whether the recording can be read and the settings traded, for whoever starts a trader elsewhere
// and would only see it fail again and again.
base::Result<void> CheckInputs(const config::Settings& settings);
// How the configured account moves cash and what it ties up.
model::AccountTerms MakeTerms(const config::Settings& settings);

approvals::ApprovalRules MakeApprovalRules(const config::Settings& settings);
approvals::ChangeRules MakeChangeRules(const config::Settings& settings);
// With which a new ledger begins.
model::AutonomyMode OpeningModeOf(const config::Settings& settings);
risk::GateLimits MakeLimits(const config::Settings& settings);
breakers::Limits MakeBreakerLimits(const config::Settings& settings);
// What earlier runs kept about the account's highs and losses.
struct KeptAnchors {
  std::optional<model::AnchorSet> peak;
  std::optional<model::AnchorSet> session;
  std::optional<model::AnchorSet> watchdog;
};
breakers::Opening OpeningOf(const model::BreakerRecord& record, const KeptAnchors& kept);

struct EngineStart {
  std::uint64_t epoch = 0;
  oms::OpeningBooks books;
  std::optional<model::AnchorSet> anchor;
  std::optional<model::AnchorSet> week_anchor;
  std::optional<model::AnchorSet> inception_anchor;
  engine::EntriesOfDay entries;
  breakers::Opening breakers;
  engine::OpenApprovals approvals;
};
base::Result<std::unique_ptr<engine::Engine>> MakeEngine(const config::Settings& settings,
                                                         const model::InstrumentTable& instruments,
                                                         EngineStart start);

}  // namespace bulwark::trader
