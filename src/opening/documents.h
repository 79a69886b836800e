// The documents of an existing installation as they were found: keys and texts.
//
//   oms:portfolio	{"cash":90500.0,"positions":{"BTC/USDT":1.5}}
//   oms:order:1da26b1b-...	{"id":"1da26b1b-...", ...}
//
// Shape:   a dump has one line per key: the key, a blank or a tab, the document. Only oms:portfolio
//          and oms:order:* are kept, other keys are counted. Each key is there once.
// Errors:  ParseDump() answers kCorrupt naming the line; more than kDocumentsMax or kBytesMax is
//          kInvalidArgument.
// Threads: values. Allocates.
// Source:  docs/import.md#a-dump, contract sections 2.1, 2.2

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace bulwark::opening {

constexpr std::size_t kDocumentsMax = 200'000;
constexpr std::size_t kBytesMax = std::size_t{256} * 1024 * 1024;
inline constexpr std::string_view kPortfolioKey = "oms:portfolio";
inline constexpr std::string_view kOrderPrefix = "oms:order:";

struct Document {
  std::string key;
  std::string text;

  bool operator==(const Document&) const = default;
};

struct Documents {
  std::vector<Document> rows;  // By key.
  std::size_t other_keys = 0;
};

// Whether a key is one of those that are kept.
bool IsWanted(std::string_view key);

base::Result<Documents> ParseDump(std::string_view text);

// The dump of these documents: what ParseDump() reads, and what a receipt's hash is about.
std::string DumpOf(const Documents& documents);

}  // namespace bulwark::opening
