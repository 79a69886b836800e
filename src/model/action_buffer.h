// The actions of one event, in the order they are to be done.
//
// Shape:   a list of fixed capacity, emptied by the caller between events.
// Errors:  Add() stops the process when the list is full: one event never causes that many actions.
// Threads: the engine thread only. Allocates once, at construction.

#pragma once

#include <cstddef>
#include <vector>

#include "base/ensure.h"
#include "model/action.h"

namespace bulwark::model {

class ActionBuffer {
 public:
  // The most one event can cause: every open order of the account cancelled and every position
  // sold.
  static constexpr std::size_t kCapacity = 2048;

  ActionBuffer() { actions_.reserve(kCapacity); }

  // Makes the action in its place: an order is too large to be copied on the way.
  template <class What>
  void Add(const What& what) {
    ENSURE(actions_.size() < kCapacity);
    actions_.emplace_back(what);
  }
  // Answers how many were removed.
  template <class Predicate>
  std::size_t RemoveIf(Predicate predicate) {
    return std::erase_if(actions_, predicate);
  }
  void Clear() { actions_.clear(); }

  [[nodiscard]] bool empty() const { return actions_.empty(); }
  [[nodiscard]] std::size_t size() const { return actions_.size(); }
  [[nodiscard]] auto begin() const { return actions_.begin(); }
  [[nodiscard]] auto end() const { return actions_.end(); }
  [[nodiscard]] const std::vector<Action>& list() const { return actions_; }

 private:
  std::vector<Action> actions_;
};

}  // namespace bulwark::model
