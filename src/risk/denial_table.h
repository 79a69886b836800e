// Each code of the gate with what its two numbers mean and which setting holds the limit: the table
// of docs/risk.md.
//
// Shape:   one row per model::DenialCode, in its order.
// Threads: any; the table never changes.
// Source:  docs/risk.md#codes

#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "model/denial.h"

namespace bulwark::risk {

enum class Applies : std::uint8_t { kAll, kEntries };

struct DenialRow {
  model::DenialCode code;
  Applies applies;
  std::string_view meaning;
  std::string_view value;    // What was measured, and its unit.
  std::string_view limit;    // What it is held against.
  std::string_view setting;  // Empty when no setting holds the limit.
};

std::span<const DenialRow> DenialTable();

// The rows as a table in Markdown; `default_of` gives the default of a setting as people read it.
using DefaultOf = std::string (*)(std::string_view setting);
std::string DenialMarkdown(DefaultOf default_of);

}  // namespace bulwark::risk
