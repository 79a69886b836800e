#include "sources/edgar_index.h"

#include <chrono>
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/iso_time.h"
#include "base/result.h"
#include "sources/field_values.h"
#include "sources/ownership.h"

namespace bulwark::sources {
namespace {

std::string_view TakeLine(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return Trimmed(line);
}

// The last word, which is taken off.
std::string_view TakeLast(std::string_view& line) {
  line = Trimmed(line);
  const std::size_t blank = line.find_last_of(" \t");
  const std::string_view word = blank == std::string_view::npos ? line : line.substr(blank + 1);
  line.remove_suffix(word.size());
  return word;
}

std::string WithoutZeros(std::string_view cik) {
  const std::size_t first = cik.find_first_not_of('0');
  return std::string(first == std::string_view::npos ? std::string_view() : cik.substr(first));
}

base::Result<IndexEntry> EntryOf(std::string_view line) {
  IndexEntry entry;
  std::string_view rest = line;
  entry.path = TakeLast(rest);
  const std::string_view date = TakeLast(rest);
  const std::string_view cik = TakeLast(rest);
  rest = Trimmed(rest);
  entry.form = rest.substr(0, rest.find(' '));
  const auto filed = DateOf("date filed", date);
  const auto accession = FindAccession(entry.path);
  const bool is_number =
      !cik.empty() && cik.find_first_not_of("0123456789") == std::string_view::npos;
  if (!filed || !accession || !is_number || !entry.path.starts_with("edgar/data/")) {
    return base::Fail(base::ErrorCode::kCorrupt, Shown(line) + " is no line of an index");
  }
  entry.ciks.push_back(WithoutZeros(cik));
  entry.filed = *filed;
  entry.accession = *accession;
  return entry;
}

std::string QuarterUrl(std::string_view base_url, std::chrono::sys_days day) {
  constexpr unsigned kMonthsPerQuarter = 3;
  const std::chrono::year_month_day date(day);
  return fmt::format("{}/Archives/edgar/daily-index/{}/QTR{}", base_url,
                     static_cast<int>(date.year()),
                     (static_cast<unsigned>(date.month()) - 1) / kMonthsPerQuarter + 1);
}

bool IsTaken(std::string_view line) {
  return line.starts_with("4 ") || line.starts_with("4/A ");
}

}  // namespace

base::Result<std::vector<IndexEntry>> ParseDailyIndex(std::string_view text) {
  // The heading may wrap; what is sure is the ruler below it.
  std::string_view line = TakeLine(text);
  while (!text.empty() && !line.starts_with("-----")) {
    line = TakeLine(text);
  }
  if (!line.starts_with("-----")) {
    return base::Fail(base::ErrorCode::kCorrupt, "no index of filings: it has no ruler of dashes");
  }
  std::vector<IndexEntry> entries;
  std::map<std::string, std::size_t> places;
  while (!text.empty()) {
    line = TakeLine(text);
    if (!IsTaken(line)) {
      continue;
    }
    auto entry = EntryOf(line);
    if (!entry) {
      return tl::unexpected<base::Error>(entry.error());
    }
    const auto [place, is_new] = places.try_emplace(entry->accession, entries.size());
    if (is_new) {
      entries.push_back(*std::move(entry));
    } else {
      entries[place->second].ciks.push_back(entry->ciks.front());
    }
  }
  return entries;
}

base::Result<std::set<std::string>> ParseFolder(std::string_view body) {
  constexpr std::size_t kNamesMax = 10'000;
  const nlohmann::json document = nlohmann::json::parse(body, nullptr, false);
  const auto folder = document.is_object() ? document.find("directory") : document.end();
  if (folder == document.end() || !folder->is_object() || !folder->contains("item") ||
      !folder->at("item").is_array()) {
    return base::Fail(base::ErrorCode::kCorrupt, "no list of a folder: " + Shown(body));
  }
  std::set<std::string> names;
  for (const nlohmann::json& item : folder->at("item")) {
    const auto name = item.is_object() ? item.find("name") : item.end();
    if (name == item.end() || !name->is_string() || names.size() == kNamesMax) {
      return base::Fail(base::ErrorCode::kCorrupt, "an item of the folder has no name");
    }
    names.insert(name->get<std::string>());
  }
  return names;
}

std::string QuarterListUrl(std::string_view base_url, std::chrono::sys_days day) {
  return QuarterUrl(base_url, day) + "/index.json";
}

std::string DailyIndexUrl(std::string_view base_url, std::chrono::sys_days day) {
  std::string compact = base::FormatDate(day);
  std::erase(compact, '-');
  return fmt::format("{}/form.{}.idx", QuarterUrl(base_url, day), compact);
}

std::string FilingUrl(std::string_view base_url, std::string_view path) {
  return fmt::format("{}/Archives/{}", base_url, path);
}

}  // namespace bulwark::sources
