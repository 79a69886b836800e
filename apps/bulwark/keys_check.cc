#include "keys_check.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/result.h"
#include "contract/catalogue.h"
#include "contract/json_writer.h"
#include "contract/key_match.h"
#include "contract/validate.h"
#include "key_reader.h"
#include "redis/connection.h"
#include "redis/scan.h"

namespace bulwark::app {
namespace {

// A batch of strings at their limit stays below the connection's limit for replies.
constexpr std::size_t kBatch = 50;

class Checker {
 public:
  explicit Checker(redis::Connection& connection) : connection_(connection) {}

  base::Result<void> Walk() {
    redis::Scanner scanner("*");
    while (!scanner.is_done()) {
      auto names = scanner.Next(connection_);
      if (!names) {
        return tl::unexpected(names.error());
      }
      if (auto checked = CheckNew(*names); !checked) {
        return checked;
      }
    }
    return {};
  }

  KeysReport TakeReport() { return std::move(report_); }

 private:
  // SCAN may answer a key twice.
  base::Result<void> CheckNew(const std::vector<std::string>& names) {
    std::vector<std::string> fresh;
    std::copy_if(names.begin(), names.end(), std::back_inserter(fresh),
                 [&](const std::string& name) { return seen_.insert(name).second; });
    for (std::span<const std::string> rest(fresh); !rest.empty();) {
      const auto batch = rest.first(std::min(rest.size(), kBatch));
      rest = rest.subspan(batch.size());
      const auto keys = ReadKeys(connection_, batch);
      if (!keys) {
        return tl::unexpected(keys.error());
      }
      for (const StoredKey& key : *keys) {
        CheckOne(key);
      }
    }
    return {};
  }

  void CheckOne(const StoredKey& key) {
    if (key.type == "none" && key.error.empty()) {
      return;  // Gone since the walk saw its name.
    }
    ++report_.keys;
    if (!key.error.empty()) {
      Complain(key.name, "cannot be read: " + key.error);
      return;
    }
    const auto match = contract::MatchKey(key.name);
    if (!match) {
      const contract::Entry* nearest = contract::NearestKey(key.name);
      Complain(key.name, nearest == nullptr
                             ? "is not declared"
                             : fmt::format("is not declared; nearest is {}", nearest->pattern));
      return;
    }
    if (key.is_cut && key.type == "string") {
      Complain(key.name, fmt::format("is longer than {} bytes", kValueBytesMax));
      return;
    }
    for (std::string& problem : contract::Validate(
             *match->entry,
             {.type = key.type, .ttl_s = key.ttl_s, .values = key.values, .scores = key.scores})) {
      Complain(key.name, std::move(problem));
    }
  }

  void Complain(const std::string& key, std::string text) {
    ++report_.problems;
    if (report_.shown.size() < KeysReport::kShownMax) {
      report_.shown.push_back({.key = key, .text = std::move(text)});
    }
  }

  redis::Connection& connection_;
  KeysReport report_;
  std::unordered_set<std::string> seen_;
};

}  // namespace

base::Result<KeysReport> CheckKeys(redis::Connection& connection) {
  Checker checker(connection);
  if (auto walked = checker.Walk(); !walked) {
    return tl::unexpected(walked.error());
  }
  KeysReport report = checker.TakeReport();
  std::stable_sort(report.shown.begin(), report.shown.end(),
                   [](const KeyProblem& a, const KeyProblem& b) { return a.key < b.key; });
  return report;
}

std::string KeysReportText(const KeysReport& report) {
  std::string out;
  for (const KeyProblem& problem : report.shown) {
    fmt::format_to(std::back_inserter(out), "{}: {}\n", problem.key, problem.text);
  }
  if (report.problems > report.shown.size()) {
    fmt::format_to(std::back_inserter(out), "... and {} more\n",
                   report.problems - report.shown.size());
  }
  fmt::format_to(std::back_inserter(out), "{} problem{} in {} keys\n", report.problems,
                 report.problems == 1 ? "" : "s", report.keys);
  return out;
}

std::string KeysReportJson(const KeysReport& report) {
  std::string out;
  contract::JsonWriter json(out, contract::Spelling::kCompact);
  json.BeginObject();
  json.Integer("keys", static_cast<std::int64_t>(report.keys));
  json.Integer("problem_count", static_cast<std::int64_t>(report.problems));
  json.BeginArray("problems");
  for (const KeyProblem& problem : report.shown) {
    json.BeginObject();
    json.Text("key", problem.key);
    json.Text("problem", problem.text);
    json.EndObject();
  }
  json.EndArray();
  json.EndObject();
  out += '\n';
  return out;
}

}  // namespace bulwark::app
