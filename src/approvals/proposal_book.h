// The proposals that wait for a person, each to be taken once.
//
// Shape:   a list of bounded size in the order in which they were made; a new one takes the place
//          of an older one of the same strategy for the same side of the same instrument. Whatever
//          leaves the book is handed over once, with the state and reason it left in.
// Errors:  Add() answers false when the book is full; nothing is changed then.
// Threads: one thread makes all calls. Allocates at construction only.
// Source:  docs/approvals.md

#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "model/order.h"
#include "model/proposal.h"

namespace bulwark::approvals {

// What an end looks like.
struct Ending {
  model::ProposalState state = model::ProposalState::kCancelled;
  std::string_view reason;
  base::UnixNanos at;
};

// Requires: the proposal is open, the ending is not.
model::Proposal Ended(const model::Proposal& proposal, const Ending& ending);

// Whether one answers the same opinion as the other.
bool IsSameWish(const model::NewOrder& one, const model::NewOrder& other);

class ProposalBook {
 public:
  static constexpr std::size_t kCapacity = 128;

  ProposalBook() { pending_.reserve(kCapacity); }

  // Requires: the proposal is pending, and none of its wish and its id is in the book.
  [[nodiscard]] bool Add(const model::Proposal& proposal);

  // Takes it out; empty when it is not there (any more).
  std::optional<model::Proposal> Take(const model::OrderId& id);

  // Takes out what `is_meant` is true for and hands each over as it ended.
  template <class Predicate, class Sink>
  void EndIf(Predicate is_meant, const Ending& ending, Sink sink) {
    for (const model::Proposal& proposal : pending_) {
      if (is_meant(proposal)) {
        sink(Ended(proposal, ending));
      }
    }
    std::erase_if(pending_, is_meant);
  }

  [[nodiscard]] bool empty() const { return pending_.empty(); }
  [[nodiscard]] bool is_full() const { return pending_.size() == kCapacity; }
  [[nodiscard]] const std::vector<model::Proposal>& list() const { return pending_; }

 private:
  std::vector<model::Proposal> pending_;
};

}  // namespace bulwark::approvals
