#include "contract/key_match.h"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/iso_time.h"
#include "base/uuid.h"
#include "contract/catalogue.h"

namespace bulwark::contract {
namespace {

using Placeholders = std::vector<std::pair<std::string_view, std::string>>;

constexpr std::size_t kWordMax = 64;
constexpr std::size_t kIdentifierMax = 200;

bool IsDigits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool IsUuid(std::string_view text) {
  const bool has_upper =
      std::any_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  return !has_upper && base::Uuid::Parse(text).has_value();
}

bool IsScopedSymbol(std::string_view text) {
  return !text.empty() && text.size() <= kWordMax && ScopedSymbol(text) == text &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return std::isgraph(static_cast<unsigned char>(c)) != 0; });
}

bool IsDate(std::string_view text) {
  return text.size() == 10 && base::ParseIso(std::string(text) + "T00:00:00Z").has_value();
}

bool IsIsoWeek(std::string_view text) {
  if (text.size() != 8 || text.substr(4, 2) != "-W" || !IsDigits(text.substr(0, 4)) ||
      !IsDigits(text.substr(6))) {
    return false;
  }
  const int week = (text[6] - '0') * 10 + (text[7] - '0');
  return week >= 1 && week <= 53;
}

bool IsWord(std::string_view text) {
  return !text.empty() && text.size() <= kWordMax &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' ||
                  c == '.';
         });
}

bool Accepts(std::string_view placeholder, std::string_view text) {
  if (placeholder == "id") {
    return IsUuid(text);
  }
  if (placeholder == "epoch_ms") {
    return IsDigits(text) && text.size() <= 16;
  }
  if (placeholder == "S") {
    return IsScopedSymbol(text);
  }
  if (placeholder == "date") {
    return IsDate(text);
  }
  if (placeholder == "week") {
    return IsIsoWeek(text);
  }
  if (placeholder == "identifier") {
    return !text.empty() && text.size() <= kIdentifierMax;
  }
  return IsWord(text);
}

// Takes what stands for a placeholder: up to the next literal of the pattern, or all that is left.
std::string_view TakeValue(std::string_view& name, std::string_view rest_of_pattern) {
  const std::size_t length = rest_of_pattern.empty()
                                 ? name.size()
                                 : std::min(name.find(rest_of_pattern.front()), name.size());
  const std::string_view value = name.substr(0, length);
  name.remove_prefix(length);
  return value;
}

// Takes the literal start of the pattern from both; false when the name starts otherwise.
bool TakeLiteral(std::string_view& pattern, std::string_view& name) {
  const std::size_t length = std::min(pattern.find('<'), pattern.size());
  if (!name.starts_with(pattern.substr(0, length))) {
    return false;
  }
  name.remove_prefix(length);
  pattern.remove_prefix(length);
  return true;
}

std::optional<Placeholders> MatchPattern(std::string_view pattern, std::string_view name) {
  Placeholders found;
  while (TakeLiteral(pattern, name) && !pattern.empty()) {
    const std::size_t end = pattern.find('>');
    const std::string_view placeholder = pattern.substr(1, end - 1);
    pattern.remove_prefix(end + 1);
    const std::string_view value = TakeValue(name, pattern);
    if (!Accepts(placeholder, value)) {
      return std::nullopt;
    }
    found.emplace_back(placeholder, value);
  }
  const bool is_whole = pattern.empty() && name.empty();
  return is_whole ? std::optional(std::move(found)) : std::nullopt;
}

std::optional<Match> Find(std::string_view name, bool is_channel) {
  for (const Entry& entry : Catalogue()) {
    if ((entry.kind == Kind::kChannel) != is_channel) {
      continue;
    }
    if (auto placeholders = MatchPattern(entry.pattern, name)) {
      return Match{.entry = &entry, .placeholders = *std::move(placeholders)};
    }
  }
  return std::nullopt;
}

char Lower(char c) {
  return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
}

}  // namespace

std::string ScopedSymbol(std::string_view symbol) {
  std::string scoped(symbol);
  for (char& c : scoped) {
    c = c == '/' || c == ':' || c == '-'
            ? '_'
            : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return scoped;
}

std::optional<Match> MatchKey(std::string_view key) {
  return Find(key, false);
}

std::optional<Match> MatchChannel(std::string_view channel) {
  return Find(channel, true);
}

const Entry* NearestKey(std::string_view key) {
  constexpr std::size_t kAtLeast = 5;
  const Entry* nearest = nullptr;
  std::size_t best = kAtLeast - 1;
  for (const Entry& entry : Catalogue()) {
    const std::size_t size = std::min(key.size(), entry.pattern.size());
    std::size_t common = 0;
    while (common < size && Lower(key[common]) == Lower(entry.pattern[common])) {
      ++common;
    }
    if (entry.kind != Kind::kChannel && common > best) {
      best = common;
      nearest = &entry;
    }
  }
  return nearest;
}

}  // namespace bulwark::contract
