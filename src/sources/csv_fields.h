// Cuts a line of CSV into its fields.
//
// Shape:   between commas, fields may stand in double quotes, with "" for a quote inside; a line
//          break within a field is not supported. Some vendors' .csv has bars for separators; there
//          a quote is a letter like any other.
// Errors:  none: a quote that is never closed ends with the line.
// Threads: one thread per object.
// Owner:   fields live until the next Split().

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace bulwark::sources {

inline constexpr std::size_t kFieldsMax = 128;

class CsvFields {
 public:
  explicit CsvFields(char separator = ',') : separator_(separator) {}

  // Answers the fields; more than kFieldsMax are cut off after one too many.
  const std::vector<std::string>& Split(std::string_view line);

 private:
  char separator_;
  std::vector<std::string> fields_;
};

// Where a header has the column of that name; its size when nowhere.
std::size_t ColumnOf(const std::vector<std::string>& header, std::string_view name);

}  // namespace bulwark::sources
