// Corporate actions, fundamentals and lists of members as CSV, row by row.
//
// Shape:   one reader per kind of file, told apart by the header (KindOf()). Actions:
//          symbol,last_session_before_ex,...,factor,kind. Fundamentals: crawl_date,symbol,end_date
//          and one column per metric, of which empty ones are no facts. Members: Symbol with
//          Security or Name, Sector or GICS Sector, and CIK where there are such columns.
// Errors:  kCorrupt naming the field and its value; kInvalidArgument for a missing column.
// Threads: one thread.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sources/csv_fields.h"
#include "store/rows.h"

namespace bulwark::sources {

enum class FileKind : std::uint8_t {
  kUnknown,
  kBars,
  kActions,
  kFundamentals,
  kMembers,
  kShortInterest,  // FINRA's, separated by bars.
};

// What a file with that first line holds.
FileKind KindOf(std::string_view header);

struct SymbolAction {
  std::string symbol;
  store::CorporateAction action;
};
struct SymbolFundamentals {
  std::string symbol;
  std::vector<store::Fundamental> facts;
};

class CompanyCsv {
 public:
  explicit CompanyCsv(std::string_view header) : header_(CsvFields().Split(header)) {}

  base::Result<SymbolAction> Action(std::string_view line);
  base::Result<SymbolFundamentals> Fundamentals(std::string_view line);
  base::Result<store::Member> Member(std::string_view line);

 private:
  base::Result<void> Take(std::string_view line);
  [[nodiscard]] base::Result<std::string> Field(std::string_view name) const;
  // Empty when there is no such column.
  [[nodiscard]] std::string Optional(std::string_view name) const;
  [[nodiscard]] base::Result<std::string> Symbol(std::string_view name) const;

  std::vector<std::string> header_;
  CsvFields splitter_;
  const std::vector<std::string>* fields_ = nullptr;  // Of the line at hand.
};

}  // namespace bulwark::sources
