#include "opening/findings.h"

#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "contract/json_reader.h"
#include "contract/number_format.h"

namespace bulwark::opening {

void Findings::List::Add(std::string text) {
  if (texts.size() < kFindingsMax) {
    texts.push_back(std::move(text));
  } else {
    ++left_out;
  }
}

std::vector<std::string> Findings::List::All() const {
  std::vector<std::string> all = texts;
  if (left_out > 0) {
    all.push_back("and " + std::to_string(left_out) + " more");
  }
  return all;
}

bool IsRounded(std::string_view number) {
  const auto exact = contract::ParseFloat(number);
  const auto kept = contract::ParseDecimal(number);
  if (!exact || !kept) {
    return false;
  }
  std::string text;
  contract::AppendFloat(text, *kept);
  const auto read = contract::ParseFloat(text);
  return read && *read != *exact;
}

void RefuseTwins(const std::string& place, const contract::JsonValue& object, Findings& findings) {
  std::set<std::string_view> seen;
  for (const std::string& name : object.names) {
    if (!seen.insert(name).second) {
      findings.Refuse(place + ": '" + name.substr(0, 40) + "' is there twice");
    }
  }
}

}  // namespace bulwark::opening
