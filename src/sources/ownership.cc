#include "sources/ownership.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <pugixml.hpp>

#include "base/decimal.h"
#include "base/result.h"
#include "sources/field_values.h"
#include "store/rows.h"

namespace bulwark::sources {
namespace {

using base::ErrorCode;
using pugi::xml_node;

constexpr std::size_t kTransactionsMax = 10'000;

std::string TextOf(const xml_node& node) {
  return std::string(Trimmed(node.text().get()));
}

// <name><value>text</value></name>
std::string ValueOf(const xml_node& parent, const char* name) {
  return TextOf(parent.child(name).child("value"));
}

bool IsYes(const xml_node& node) {
  const std::string text = TextOf(node);
  return text == "1" || text == "true";
}

base::Result<std::optional<base::Decimal>> AmountOf(const xml_node& parent, const char* name) {
  const std::string text = ValueOf(parent, name);
  if (text.empty()) {
    return std::nullopt;
  }
  const auto value = SizeOf(name, text);
  if (!value) {
    return tl::unexpected<base::Error>(value.error());
  }
  return *value;
}

// Every text of a field of all owners, in their order.
template <class Text>
std::string Joined(const xml_node& document, const Text& text_of) {
  std::string joined;
  for (const xml_node& owner : document.children("reportingOwner")) {
    const std::string text = text_of(owner);
    if (!text.empty()) {
      joined += (joined.empty() ? "" : "; ") + text;
    }
  }
  return joined;
}

bool HasRole(const xml_node& document, const char* name) {
  return std::ranges::any_of(document.children("reportingOwner"), [&](const xml_node& owner) {
    return IsYes(owner.child("reportingOwnerRelationship").child(name));
  });
}

// What all rows of a filing share.
store::InsiderTransaction Common(const xml_node& document) {
  const xml_node issuer = document.child("issuer");
  const auto of_owners = [&](const char* part, const char* name) {
    return Joined(document,
                  [&](const xml_node& owner) { return TextOf(owner.child(part).child(name)); });
  };
  const xml_node planned = document.child("aff10b5One");
  return {.form = TextOf(document.child("documentType")),
          .symbol = CanonicalSymbol(TextOf(issuer.child("issuerTradingSymbol"))),
          .issuer_cik = TextOf(issuer.child("issuerCik")),
          .owner_cik = of_owners("reportingOwnerId", "rptOwnerCik"),
          .owner_name = of_owners("reportingOwnerId", "rptOwnerName"),
          .officer_title = of_owners("reportingOwnerRelationship", "officerTitle"),
          .is_director = HasRole(document, "isDirector"),
          .is_officer = HasRole(document, "isOfficer"),
          .is_ten_percent_owner = HasRole(document, "isTenPercentOwner"),
          .is_planned = TextOf(planned).empty() ? std::nullopt : std::optional(IsYes(planned))};
}

base::Result<void> FillAmounts(const xml_node& node, store::InsiderTransaction& row) {
  const xml_node amounts = node.child("transactionAmounts");
  const auto shares = AmountOf(amounts, "transactionShares");
  const auto price = AmountOf(amounts, "transactionPricePerShare");
  const auto after =
      AmountOf(node.child("postTransactionAmounts"), "sharesOwnedFollowingTransaction");
  for (const auto* amount : {&shares, &price, &after}) {
    if (!*amount) {
      return tl::unexpected<base::Error>(amount->error());
    }
  }
  row.shares = *shares;
  row.price = *price;
  row.owned_after = *after;
  const std::string direction = ValueOf(amounts, "transactionAcquiredDisposedCode");
  if (direction != "A" && direction != "D") {
    return base::Fail(ErrorCode::kCorrupt, "transactionAcquiredDisposedCode " + Shown(direction) +
                                               " is neither A nor D");
  }
  row.is_acquired = direction == "A";
  return {};
}

base::Result<store::InsiderTransaction> RowOf(const xml_node& node, store::InsiderTransaction row) {
  row.security = ValueOf(node, "securityTitle");
  row.code = TextOf(node.child("transactionCoding").child("transactionCode"));
  row.is_direct = ValueOf(node.child("ownershipNature"), "directOrIndirectOwnership") != "I";
  if (row.code.size() != 1 || row.code < "A" || row.code > "Z") {
    return base::Fail(ErrorCode::kCorrupt, "transactionCode " + Shown(row.code) + " is none");
  }
  // Some filers add a time zone: "2025-01-06-05:00".
  const auto traded = DateOf("transactionDate", ValueOf(node, "transactionDate").substr(0, 10));
  if (!traded) {
    return tl::unexpected<base::Error>(traded.error());
  }
  row.traded = *traded;
  if (const auto filled = FillAmounts(node, row); !filled) {
    return tl::unexpected<base::Error>(filled.error());
  }
  return row;
}

base::Result<void> TakeTable(const xml_node& table, const char* name,
                             store::InsiderTransaction common, Filing& filing) {
  for (const xml_node& node : table.children(name)) {
    if (filing.transactions.size() == kTransactionsMax) {
      return base::Fail(ErrorCode::kCorrupt,
                        "more than " + std::to_string(kTransactionsMax) + " transactions");
    }
    common.line = static_cast<std::int64_t>(filing.transactions.size());
    auto row = RowOf(node, common);
    if (!row) {
      return base::FailWith(std::string(name) + " " + std::to_string(common.line), row.error());
    }
    filing.transactions.push_back(*std::move(row));
  }
  return {};
}

// What stands behind the first of `marks` that is there, up to the end of the line.
std::string_view Behind(std::string_view text, std::initializer_list<std::string_view> marks) {
  for (const std::string_view mark : marks) {
    const std::size_t at = text.find(mark);
    if (at != std::string_view::npos) {
      const std::string_view rest = text.substr(at + mark.size());
      return Trimmed(rest.substr(0, rest.find_first_of("\r\n<")));
    }
  }
  return {};
}

}  // namespace

std::optional<std::string> FindAccession(std::string_view text) {
  constexpr std::string_view kPattern = "dddddddddd-dd-dddddd";
  const auto matches = [](char letter, char wanted) {
    return wanted == 'd' ? letter >= '0' && letter <= '9' : letter == wanted;
  };
  const auto* const found =
      std::search(text.begin(), text.end(), kPattern.begin(), kPattern.end(), matches);
  if (found == text.end()) {
    return std::nullopt;
  }
  return std::string(found, found + static_cast<std::ptrdiff_t>(kPattern.size()));
}

base::Result<Filing> ParseOwnership(std::string_view xml, const std::string& accession,
                                    std::optional<std::chrono::sys_days> filed) {
  if (xml.size() > kFilingMax) {
    return base::Fail(ErrorCode::kCorrupt,
                      "a filing of " + std::to_string(xml.size()) + " bytes is too large");
  }
  pugi::xml_document parsed;
  const pugi::xml_parse_result result = parsed.load_buffer(xml.data(), xml.size());
  const xml_node document = parsed.child("ownershipDocument");
  if (!result) {
    return base::Fail(ErrorCode::kCorrupt, "not XML: " + std::string(result.description()) +
                                               " at byte " + std::to_string(result.offset));
  }
  if (!document) {
    return base::Fail(ErrorCode::kCorrupt, "the XML is no ownershipDocument");
  }
  store::InsiderTransaction common = Common(document);
  constexpr std::array<std::string_view, 6> kForms{"3", "3/A", "4", "4/A", "5", "5/A"};
  if (std::ranges::find(kForms, common.form) == kForms.end()) {
    return base::Fail(ErrorCode::kCorrupt,
                      "documentType " + Shown(common.form) + " is not 3, 4 or 5");
  }
  common.accession = accession;
  common.filed = filed;
  Filing filing{.accession = accession, .form = common.form, .filed = filed, .transactions = {}};
  auto taken =
      TakeTable(document.child("nonDerivativeTable"), "nonDerivativeTransaction", common, filing);
  common.is_derivative = true;
  if (taken) {
    taken = TakeTable(document.child("derivativeTable"), "derivativeTransaction", common, filing);
  }
  if (!taken) {
    return tl::unexpected<base::Error>(taken.error());
  }
  return filing;
}

base::Result<Filing> ParseSubmission(std::string_view text) {
  const std::size_t begin = text.find("<XML>");
  const std::size_t end = begin == std::string_view::npos ? begin : text.find("</XML>", begin);
  if (end == std::string_view::npos) {
    return base::Fail(ErrorCode::kCorrupt, "the submission holds no <XML> part");
  }
  const std::string_view header = text.substr(0, begin);
  const auto accession = FindAccession(Behind(header, {"ACCESSION NUMBER:", "<ACCESSION-NUMBER>"}));
  if (!accession) {
    return base::Fail(ErrorCode::kCorrupt, "the submission names no accession number");
  }
  const auto filed = DateOf("filing date", Behind(header, {"FILED AS OF DATE:", "<FILING-DATE>"}));
  if (!filed) {
    return base::FailWith(*accession, filed.error());
  }
  constexpr std::size_t kMark = 5;
  auto filing =
      ParseOwnership(Trimmed(text.substr(begin + kMark, end - begin - kMark)), *accession, *filed);
  return filing ? std::move(filing)
                : base::Result<Filing>(base::FailWith(*accession, filing.error()));
}

}  // namespace bulwark::sources
