// What is known of markets and companies, as rows: bars, corporate actions, fundamentals, short
// interest, insiders' transactions, membership of a universe.
//
// Shape:   plain values as their source delivered them; nothing is repaired. A symbol is in the
//          canonical form of SymbolProblem(). `known_at` is when the row could first be known, so
//          that a backtest sees no later.
// Units:   prices and volumes are decimals with 8 digits; a day bar is stamped with its session's
//          date at 00:00 UTC, a minute bar with its start.
// Threads: values.
// Source:  docs/store.md#rows

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/decimal.h"
#include "base/time.h"

namespace bulwark::store {

enum class Span : std::uint8_t { kDay, kMinute };

// "1d", "1m".
std::string_view NameOf(Span span);
base::Nanos LengthOf(Span span);

// Why a text is no symbol; empty when it is one: 1 to 24 letters, digits and . - _ / ^ of which
// letters are upper case, not beginning with a dot.
std::optional<std::string> SymbolProblem(std::string_view symbol);

struct Bar {
  base::UnixNanos at;
  base::Decimal open;
  base::Decimal high;
  base::Decimal low;
  base::Decimal close;
  std::optional<base::Decimal> volume;          // Empty: an index has none.
  std::optional<base::Decimal> adjusted_close;  // As the source gave it on the day it was asked.

  bool operator==(const Bar&) const = default;
};

// True when low and high hold open and close.
bool IsBracketed(const Bar& bar);

enum class ActionKind : std::uint8_t { kDividend, kSplit };

// Prices of days up to `through` are multiplied with `factor` to compare with those after it.
struct CorporateAction {
  std::chrono::sys_days through;
  ActionKind kind = ActionKind::kDividend;
  base::Decimal factor;

  bool operator==(const CorporateAction&) const = default;
};

// One fact of a report. The value is the vendor's text, as many exceed a decimal's range.
struct Fundamental {
  std::string metric;
  std::chrono::sys_days period_end;
  base::UnixNanos known_at;
  std::string value;

  bool operator==(const Fundamental&) const = default;
};

struct ShortInterest {
  std::string symbol;
  std::chrono::sys_days settled;
  std::string issue_name;
  std::string market;
  std::int64_t shares = 0;
  std::optional<std::int64_t> shares_before;
  std::optional<std::int64_t> average_daily_volume;
  std::optional<base::Decimal> days_to_cover;  // The publisher caps it at 999.99.
  std::optional<base::Decimal> change_percent;
  bool is_split = false;
  bool is_revised = false;

  bool operator==(const ShortInterest&) const = default;
};

// One line of a Form 4 (or 3, 5). What the filing leaves to a footnote is empty, not zero.
struct InsiderTransaction {
  std::string accession;
  std::int64_t line = 0;  // From 0; non-derivative lines first.
  std::string form;       // "4", "4/A", "5".
  std::string symbol;
  std::string issuer_cik;
  // Of a joint filing those of all owners, separated by "; "; a role is that of any of them.
  std::string owner_cik;
  std::string owner_name;
  std::string officer_title;
  bool is_director = false;
  bool is_officer = false;
  bool is_ten_percent_owner = false;
  bool is_derivative = false;
  bool is_direct = true;
  std::optional<bool> is_planned;  // Rule 10b5-1; asked since 2023.
  std::string security;
  std::chrono::sys_days traded;
  std::string code;  // P and S are trades in the open market.
  bool is_acquired = false;
  std::optional<base::Decimal> shares;
  std::optional<base::Decimal> price;
  std::optional<base::Decimal> owned_after;
  std::optional<std::chrono::sys_days> filed;

  bool operator==(const InsiderTransaction&) const = default;
};

struct Member {
  std::string symbol;
  std::string name;
  std::string sector;
  std::string cik;

  bool operator==(const Member&) const = default;
};

}  // namespace bulwark::store
