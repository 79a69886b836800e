// Lists what our books and the venue's account say differently.
//
// Shape:   a pure function; the list is in a fixed order: fills, our orders, the venue's orders,
//          positions, cash. Balances are compared only when both sides have seen the same fills. An
//          order that changed after the venue was asked is left for the next comparison, as is one
//          that is not known to have been sent.
// Errors:  none.
// Threads: any; allocates the answer.
// Source:  docs/reconciliation.md#what-is-compared

#pragma once

#include <cstdint>
#include <vector>

#include "reconcile/books.h"
#include "reconcile/difference.h"

namespace bulwark::reconcile {

// `epoch_max` is the run's own epoch. Requires: both sides carry the same token.
std::vector<Difference> Compare(const OurBooks& ours, const VenueAccount& venue,
                                std::uint64_t epoch_max);

}  // namespace bulwark::reconcile
