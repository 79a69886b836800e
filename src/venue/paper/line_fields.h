// Takes a protocol line apart, field by field, and remembers the first thing that was wrong.
//
// Shape:   fields are separated by exactly one blank; an empty field is an error, so is one too
//          many.
// Errors:  the readers answer a default after the first error; Finish() tells it with the field's
//          name.
// Threads: one; lives as long as the line it looks at. Allocates only on errors.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/decimal.h"
#include "base/result.h"
#include "base/time.h"
#include "model/market_data.h"
#include "model/order.h"

namespace bulwark::venue::paper {

class LineFields {
 public:
  explicit LineFields(std::string_view line) : rest_(line) {}

  std::string_view Word(const char* name);
  std::uint64_t Number(const char* name);  // At most that of an int64.
  base::UnixNanos Time(const char* name);
  base::Decimal Amount(const char* name);          // Zero or more.
  base::Decimal PositiveAmount(const char* name);  // More than zero.
  std::optional<base::Decimal> AmountOrDash(const char* name);
  model::OrderId Id(const char* name);
  model::Side Side();
  // A word of at most N bytes; "-" is an empty one.
  template <class Fixed>
  Fixed Text(const char* name) {
    const std::string_view word = Word(name);
    const auto fixed = Fixed::Make(word == "-" ? std::string_view() : word);
    if (!fixed) {
      Reject(name, word);
    }
    return fixed.value_or(Fixed());
  }
  // A word out of a list.
  template <class Enum>
  Enum Choice(const char* name, std::optional<Enum> (*from_name)(std::string_view)) {
    const std::string_view word = Word(name);
    const auto value = from_name(word);
    if (!value) {
      Reject(name, word);
    }
    return value.value_or(Enum{});
  }
  // All that is left, blanks included; may be empty.
  std::string_view Rest();

  // Names the first field that was wrong and its value; later calls change nothing.
  void Reject(const char* name, std::string_view value);
  // Requires: called last. An error when any reader failed or something is left.
  base::Result<void> Finish();

 private:
  std::string_view rest_;
  bool is_at_end_ = false;
  std::optional<std::string> problem_;
};

}  // namespace bulwark::venue::paper
