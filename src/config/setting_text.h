// Prints settings for people: values, what is allowed, and texts from outside made safe to show.
//
// Errors:  none.
// Threads: any. Every function allocates its answer.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/setting_table.h"

namespace bulwark::config {

// The two ends of "1..65535" or ">0..1".
struct Limits {
  std::string_view min;
  std::string_view max;
  bool is_min_open;  // The minimum itself is not allowed.
};
// Requires: the text is a range of the table.
Limits SplitRange(std::string_view allowed);

// The parts between separators, blanks around them removed; an empty text has no parts.
std::vector<std::string_view> SplitWords(std::string_view text, char separator);

// The canonical text: ParseValue() of it gives the same value, but for secrets, which are masked.
std::string ShowValue(const SettingSpec& spec, const Value& value);

// "a whole number from 0 to 65535", "spot, margin or perp".
std::string DescribeAllowed(const SettingSpec& spec);

// In quotes, control characters replaced, cut to a readable length.
std::string Quoted(std::string_view text);

// The URL with *** in place of what may be a password.
std::string MaskUrl(std::string_view url);

}  // namespace bulwark::config
