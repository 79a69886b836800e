#include "keys_explain.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/iso_time.h"
#include "base/time.h"
#include "contract/catalogue.h"
#include "contract/key_match.h"
#include "contract/validate.h"
#include "key_reader.h"

namespace bulwark::app {
namespace {

constexpr std::size_t kMembersShown = 20;
constexpr std::size_t kTextShown = 4'000;

using Out = std::back_insert_iterator<std::string>;

std::string Age(base::UnixNanos at, base::UnixNanos now) {
  const double seconds = std::chrono::duration<double>(now - at).count();
  return seconds < 0 ? fmt::format("{:.1f} s ahead", -seconds)
                     : fmt::format("{:.1f} s ago", seconds);
}

// JSON is shown with one field per line, everything else as it is.
std::string Decoded(const contract::Entry& entry, const std::string& value, base::UnixNanos now) {
  if (entry.encoding == contract::Encoding::kTime) {
    const auto at = base::ParseIso(value);
    return at ? value + "   (" + Age(*at, now) + ")" : OneLine(value, kTextShown);
  }
  const auto json = nlohmann::ordered_json::parse(value, nullptr, false);
  if (json.is_discarded() || !json.is_structured() || json.empty()) {
    return OneLine(value, kTextShown);
  }
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

void AppendIndented(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    fmt::format_to(Out(out), "  {}\n", text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

void AppendValues(std::string& out, const contract::Entry& entry, const StoredKey& key,
                  base::UnixNanos now) {
  const std::size_t shown = std::min(key.values.size(), kMembersShown);
  // A list grows at its end, so its newest elements are the interesting ones.
  const std::size_t first = key.type == "list" ? key.values.size() - shown : 0;
  for (std::size_t at = first; at < first + shown; ++at) {
    if (at < key.scores.size()) {
      fmt::format_to(Out(out), "  score {}\n", key.scores[at]);
    }
    AppendIndented(out, Decoded(entry, key.values[at], now));
  }
  if (shown < key.values.size()) {
    fmt::format_to(Out(out), "  ... {} of {}{}\n", shown, key.values.size(),
                   key.is_cut ? " or more" : "");
  }
}

std::string Undeclared(const StoredKey& key) {
  std::string out = fmt::format("{}: this key is not part of the contract", key.name);
  if (const contract::Entry* nearest = contract::NearestKey(key.name)) {
    out += fmt::format("; nearest is {}", nearest->pattern);
  }
  return out + "\n";
}

std::vector<std::string> ProblemsOf(const contract::Entry& entry, const StoredKey& key) {
  if (!key.error.empty()) {
    return {"cannot be read: " + key.error};
  }
  if (key.type == "none") {
    return {};
  }
  return contract::Validate(
      entry, {.type = key.type, .ttl_s = key.ttl_s, .values = key.values, .scores = key.scores});
}

}  // namespace

std::string OneLine(std::string_view value, std::size_t length_max) {
  std::string line(value.substr(0, length_max));
  std::replace_if(
      line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, '.');
  return value.size() > length_max ? line + "..." : line;
}

Explanation ExplainKey(const StoredKey& key, base::UnixNanos now) {
  const auto match = contract::MatchKey(key.name);
  if (!match) {
    return {.text = Undeclared(key), .is_ok = false};
  }
  const contract::Entry& entry = *match->entry;
  std::string out = fmt::format(
      "{}   {}, {}, {}\n", key.name, contract::Name(entry.kind), contract::Name(entry.encoding),
      entry.ttl.is_none() ? std::string("never expires") : "lives " + contract::TtlText(entry.ttl));
  fmt::format_to(Out(out), "{}\n\n", entry.meaning);
  if (key.type == "none") {
    out += "  (absent)\n";
  }
  AppendValues(out, entry, key, now);
  if (key.ttl_s >= 0) {
    fmt::format_to(Out(out), "  expires in {} s\n", key.ttl_s);
  }
  const std::vector<std::string> problems = ProblemsOf(entry, key);
  for (const std::string& problem : problems) {
    fmt::format_to(Out(out), "problem: {}\n", problem);
  }
  fmt::format_to(Out(out), "\nwritten by:   {}\nread by:      {}\nrebuilt from: {}\n",
                 entry.producer, entry.consumers, entry.rebuilt_from);
  return {.text = std::move(out), .is_ok = problems.empty() && key.type != "none"};
}

std::string KeysTable() {
  std::size_t width = 0;
  for (const contract::Entry& entry : contract::Catalogue()) {
    width = std::max(width, entry.pattern.size());
  }
  std::string out;
  const contract::Entry* before = nullptr;
  for (const contract::Entry& entry : contract::Catalogue()) {
    if (before == nullptr || before->group != entry.group) {
      fmt::format_to(Out(out), "{}{}\n", before == nullptr ? "" : "\n",
                     contract::Name(entry.group));
    }
    fmt::format_to(
        Out(out), "  {:<{}}  {:<7}  {:<8}  {}\n", entry.pattern, width, contract::Name(entry.kind),
        entry.ttl.is_none() ? std::string("-") : contract::TtlText(entry.ttl), entry.meaning);
    before = &entry;
  }
  return out;
}

}  // namespace bulwark::app
