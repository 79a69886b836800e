// An order that passed the gate. Only the gate can make one, and the OMS sends nothing else.
//
// Shape:   a copy of what was approved; it cannot be changed afterwards.
// Threads: a value.
// Source:  design section 4; tests/compile_fail proves that nobody else can construct it

#pragma once

#include <utility>

namespace bulwark::risk {

class Gate;

template <class T>
class Approved {
 public:
  [[nodiscard]] const T& value() const { return value_; }

 private:
  friend class Gate;
  explicit Approved(T value) : value_(std::move(value)) {}

  T value_;
};

}  // namespace bulwark::risk
