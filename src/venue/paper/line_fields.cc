#include "venue/paper/line_fields.h"

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include "base/decimal.h"
#include "base/result.h"
#include "base/time.h"
#include "base/uuid.h"
#include "model/market_data.h"
#include "model/names.h"
#include "model/order.h"

namespace bulwark::venue::paper {
namespace {

// What may be shown of a stranger's bytes.
std::string Printable(std::string_view bytes) {
  std::string text(bytes.substr(0, 48));
  for (char& c : text) {
    if (c < ' ' || c > '~') {
      c = '?';
    }
  }
  return text;
}

}  // namespace

std::string_view LineFields::Word(const char* name) {
  const std::size_t blank = rest_.find(' ');
  const std::string_view word = rest_.substr(0, blank);
  if (is_at_end_ || word.empty()) {
    Reject(name, "");
    return {};
  }
  is_at_end_ = blank == std::string_view::npos;
  rest_ = is_at_end_ ? std::string_view() : rest_.substr(blank + 1);
  return word;
}

std::string_view LineFields::Rest() {
  const std::string_view rest = rest_;
  rest_ = {};
  is_at_end_ = true;
  return rest;
}

std::uint64_t LineFields::Number(const char* name) {
  const std::string_view word = Word(name);
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  constexpr std::uint64_t kNumberMax = std::numeric_limits<std::int64_t>::max();
  if (word.empty() || error != std::errc() || end != word.data() + word.size() ||
      number > kNumberMax) {
    Reject(name, word);
    return 0;
  }
  return number;
}

base::UnixNanos LineFields::Time(const char* name) {
  // Two and a half centuries from 1970: sums of two times stay in range.
  constexpr std::uint64_t kTimeMax = std::numeric_limits<std::int64_t>::max() / 2;
  const std::uint64_t number = Number(name);
  if (number > kTimeMax) {
    Reject(name, std::to_string(number));
    return {};
  }
  return base::UnixNanos(base::Nanos(static_cast<std::int64_t>(number)));
}

base::Decimal LineFields::Amount(const char* name) {
  const std::string_view word = Word(name);
  const auto value = base::Decimal::Parse(word);
  if (!value || value->is_negative()) {
    Reject(name, word);
    return {};
  }
  return *value;
}

base::Decimal LineFields::PositiveAmount(const char* name) {
  const base::Decimal value = Amount(name);
  if (value.is_zero()) {
    Reject(name, "0");
  }
  return value;
}

std::optional<base::Decimal> LineFields::AmountOrDash(const char* name) {
  if (rest_.starts_with("- ")) {
    Word(name);
    return std::nullopt;
  }
  return Amount(name);
}

model::OrderId LineFields::Id(const char* name) {
  const std::string_view word = Word(name);
  const auto id = base::Uuid::Parse(word);
  if (!id || id->is_nil()) {
    Reject(name, word);
    return {};
  }
  return *id;
}

model::Side LineFields::Side() {
  return Choice<model::Side>("side", model::SideFromName);
}

void LineFields::Reject(const char* name, std::string_view value) {
  if (!problem_) {
    problem_ = value.empty() ? std::string(name) + " is missing"
                             : std::string(name) + " '" + Printable(value) + "' is not valid";
  }
}

base::Result<void> LineFields::Finish() {
  if (!problem_ && !is_at_end_) {
    problem_ = "'" + Printable(rest_) + "' is too much";
  }
  if (problem_) {
    return base::Fail(base::ErrorCode::kInvalidArgument, *problem_);
  }
  return {};
}

}  // namespace bulwark::venue::paper
