// Reads the value of one setting according to its row of the table.
//
// Errors:  kInvalidArgument with a message that shows the value given (*** in place of secrets) and
//          what is allowed. Refused: what is not of the type, NaN and infinities, what is out of
//          range, control characters, more than kValueMax characters.
// Threads: any.

#pragma once

#include <cstddef>
#include <string_view>

#include "base/result.h"
#include "config/setting_table.h"

namespace bulwark::config {

inline constexpr std::size_t kValueMax = 4096;

// Lists are written with commas. A text for kInstruments must be empty: those come from the file
// only.
base::Result<Value> ParseValue(const SettingSpec& spec, std::string_view text);

// Upper case letters, digits and / . - _, at most 24.
bool IsSymbol(std::string_view text);

}  // namespace bulwark::config
