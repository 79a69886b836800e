// Insiders' filings at the SEC: Forms 3, 4 and 5 as XML, and the complete submission around one.
//
// Shape:   one row per transaction, non-derivative ones first; holdings are no transactions. Values
//          stand in <value> and may be missing with only a footnote: then they are empty, not zero.
//          Yes is "1" or "true". Owners who file together are all named, separated by "; "; a role
//          is that of any of them.
// Errors:  kCorrupt for XML that is none, another document, or a transaction without date, code (a
//          letter) or direction (acquired or disposed of), or with an amount below 0; the message
//          names the field. Bodies above kFilingMax are refused.
// Threads: pure.
// Source:  docs/data.md#sec-edgar

#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/rows.h"

namespace bulwark::sources {

inline constexpr std::size_t kFilingMax = std::size_t{16} << 20;

struct Filing {
  std::string accession;  // "0001234567-26-000042"; empty when only the XML was given.
  std::string form;       // "4", "4/A", "3", "5".
  std::optional<std::chrono::sys_days> filed;
  std::vector<store::InsiderTransaction> transactions;
};

// `accession` and `filed` go into the rows as they are.
base::Result<Filing> ParseOwnership(std::string_view xml, const std::string& accession,
                                    std::optional<std::chrono::sys_days> filed);
// The text of a submission, which names its accession and day and holds the XML between <XML> tags;
// of both spellings that EDGAR serves.
base::Result<Filing> ParseSubmission(std::string_view text);

// The first text of the form 0001234567-26-000042, wherever it stands.
std::optional<std::string> FindAccession(std::string_view text);

}  // namespace bulwark::sources
