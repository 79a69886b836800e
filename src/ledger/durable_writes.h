// The durable writes of the ledger by name, for tests that kill the process at each.
//
// Threads: constants.
// Source:  docs/crash-points.md

#pragma once

#include "base/crash_point.h"

namespace bulwark::ledger {

inline constexpr base::DurableWrite kAccountWrite{"ledger.account", "the account and its cash"};
inline constexpr base::DurableWrite kRunWrite{"ledger.run", "a run and its epoch"};
inline constexpr base::DurableWrite kCommitWrite{"ledger.commit",
                                                 "a group of order events, fills and anchors"};
inline constexpr base::DurableWrite kSwitchWrite{"ledger.switch", "a turn of HALT or kill switch"};

inline constexpr base::DurableWrite kScopeWrite{"ledger.scope",
                                                "a stop of a strategy, a symbol or the account"};

inline constexpr base::DurableWrite kApprovalWrite{"ledger.approval",
                                                   "a person's answer to a proposal"};
inline constexpr base::DurableWrite kModeWrite{"ledger.mode", "a change of the mode of autonomy"};

inline constexpr base::DurableWrite kRefusalWrite{"ledger.refusal",
                                                  "a release of the kill switch that was refused"};

inline constexpr base::DurableWrite kBreakerWrite{
    "ledger.breaker", "a sign of life, or the wish to reset a circuit breaker"};

inline constexpr base::DurableWrite kSpillMerge{"ledger.spill_merge",
                                                "what a spill kept, as part of the ledger"};

inline constexpr base::DurableWrite kImportWrite{"ledger.import", "another installation's books"};
inline constexpr base::DurableWrite kReportWrite{
    "ledger.report", "a report of reconciliation, a decision about it, or its outcome"};

inline constexpr base::DurableWrite kForeignDayTradesWrite{"ledger.day_trades",
                                                           "day trades that others told in Redis"};

inline constexpr base::DurableWrite kRestoreWrite{"ledger.restore", "an export as a ledger"};

}  // namespace bulwark::ledger
