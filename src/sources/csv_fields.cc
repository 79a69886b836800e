#include "sources/csv_fields.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace bulwark::sources {
namespace {

// Takes a quoted field from behind its first quote; what stands between the closing quote and the
// separator is part of it.
std::string TakeQuoted(std::string_view& rest, char separator) {
  std::string field;
  bool is_open = true;
  while (!rest.empty() && (is_open || rest.front() != separator)) {
    const char letter = rest.front();
    rest.remove_prefix(1);
    if (letter != '"' || !is_open) {
      field += letter;
    } else if (rest.starts_with('"')) {
      field += '"';
      rest.remove_prefix(1);
    } else {
      is_open = false;
    }
  }
  return field;
}

std::string TakeField(std::string_view& rest, char separator) {
  if (separator == ',' && rest.starts_with('"')) {
    rest.remove_prefix(1);
    return TakeQuoted(rest, separator);
  }
  const std::size_t end = std::min(rest.find(separator), rest.size());
  std::string field(rest.substr(0, end));
  rest.remove_prefix(end);
  return field;
}

}  // namespace

const std::vector<std::string>& CsvFields::Split(std::string_view line) {
  fields_.clear();
  for (;;) {
    fields_.push_back(TakeField(line, separator_));
    if (line.empty() || fields_.size() > kFieldsMax) {
      return fields_;
    }
    line.remove_prefix(1);
  }
}

std::size_t ColumnOf(const std::vector<std::string>& header, std::string_view name) {
  return static_cast<std::size_t>(std::ranges::find(header, name) - header.begin());
}

}  // namespace bulwark::sources
