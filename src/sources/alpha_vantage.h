// Answers of Alpha Vantage: daily bars, plain and adjusted, and the overview of a company.
//
// Shape:   every refusal comes as status 200 and is told by its words. All values are texts; "None"
//          and "-" mean nothing. Bars come in order of time. Of the adjusted series the dividends
//          and splits become factors, which need the close of the day before.
// Errors:  kCorrupt for what is neither an answer nor a refusal; the message shows its beginning
//          without keys.
// Threads: pure.
// Source:  docs/data.md#alpha-vantage

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "base/time.h"
#include "sources/refusal.h"
#include "store/bar_table.h"
#include "store/rows.h"

namespace bulwark::sources {

struct DailyBars {
  std::vector<store::Bar> bars;
  std::vector<store::CorporateAction> actions;
  // The days of which the source knows at all; empty: all that it was asked for.
  std::optional<store::Window> known = {};
};

base::Result<std::variant<DailyBars, Refusal>> ParseAlphaDaily(std::string_view body);
// Facts of the latest quarter, known at `known_at`.
base::Result<std::variant<std::vector<store::Fundamental>, Refusal>> ParseAlphaOverview(
    std::string_view body, base::UnixNanos known_at);

// For how long nobody may call after this answer: a moment or a minute when it was too fast, until
// midnight in New York when the quota of the day is used up. Empty for any other answer.
std::optional<base::Nanos> PauseIn(std::string_view body, base::UnixNanos now);

// The quota's body repeats the key that was used: it is replaced by ***.
std::string WithoutKey(std::string_view text);
// The key itself, wherever it stands: the words around it may change. One of less than 8 letters
// could be a word of any text and is left to WithoutKey().
std::string WithoutSecret(std::string text, const base::Secret& key);

}  // namespace bulwark::sources
