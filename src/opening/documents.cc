#include "opening/documents.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace bulwark::opening {
namespace {

using base::ErrorCode;

constexpr std::string_view kBlanks = " \t";
constexpr std::size_t kShownMax = 60;

std::string PlaceOf(std::size_t line) {
  return "line " + std::to_string(line);
}

std::string_view WithoutEnd(std::string_view line) {
  while (line.ends_with('\r')) {
    line.remove_suffix(1);
  }
  return line;
}

}  // namespace

bool IsWanted(std::string_view key) {
  return key == kPortfolioKey || key.starts_with(kOrderPrefix);
}

base::Result<Documents> ParseDump(std::string_view text) {
  if (text.size() > kBytesMax) {
    return base::Fail(ErrorCode::kInvalidArgument, "a dump of " + std::to_string(text.size()) +
                                                       " bytes is over the limit of " +
                                                       std::to_string(kBytesMax));
  }
  Documents documents;
  std::size_t number = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = WithoutEnd(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    if (line.empty()) {
      continue;
    }
    const std::size_t gap = line.find_first_of(kBlanks);
    if (gap == std::string_view::npos || gap == 0) {
      return base::Fail(ErrorCode::kCorrupt, PlaceOf(number) + " is '" +
                                                 std::string(line.substr(0, kShownMax)) +
                                                 "', not a key, a blank and a document");
    }
    const std::string_view key = line.substr(0, gap);
    if (!IsWanted(key)) {
      ++documents.other_keys;
      continue;
    }
    if (documents.rows.size() == kDocumentsMax) {
      return base::Fail(
          ErrorCode::kInvalidArgument,
          PlaceOf(number) + ": more than " + std::to_string(kDocumentsMax) + " documents");
    }
    documents.rows.push_back({.key = std::string(key), .text = std::string(line.substr(gap + 1))});
  }
  std::sort(documents.rows.begin(), documents.rows.end(),
            [](const Document& a, const Document& b) { return a.key < b.key; });
  const auto twin =
      std::adjacent_find(documents.rows.begin(), documents.rows.end(),
                         [](const Document& a, const Document& b) { return a.key == b.key; });
  if (twin != documents.rows.end()) {
    return base::Fail(ErrorCode::kCorrupt, "key '" + twin->key + "' is there twice");
  }
  return documents;
}

std::string DumpOf(const Documents& documents) {
  std::string dump;
  for (const Document& document : documents.rows) {
    dump += document.key + "\t" + document.text + "\n";
  }
  return dump;
}

}  // namespace bulwark::opening
