// Goal: a capture of MONITOR passes only if everything in it is declared, well formed, and
//       complete.
// Method: lines as Redis 7 prints them, by hand; then every entry's example written and published.

#include "contract/monitor_check.h"

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "contract/catalogue.h"

namespace bulwark::contract {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string Line(std::string_view words) {
  return "1795293558.898134 [0 unix:/tmp/redis.sock] " + std::string(words);
}

MonitorReport ReportOf(std::string_view words) {
  MonitorChecker checker;
  checker.Feed(Line(words));
  return checker.Report();
}

std::string OnlyProblem(std::string_view words) {
  const MonitorReport report = ReportOf(words);
  return report.problems.size() == 1 ? report.problems[0].name + ": " + report.problems[0].text
                                     : std::to_string(report.problems.size()) + " problems";
}

// As Redis' sdscatrepr() does.
std::string Escaped(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
    }
    out += c;
  }
  return out + '"';
}

TEST(ParseMonitorLineTest, UnescapesWords) {
  EXPECT_THAT(ParseMonitorLine(Line(R"("set" "a b" "\"\\\n\x00\xff")")).value(),
              ElementsAre("set", "a b", std::string("\"\\\n\0\xff", 5)));
  EXPECT_THAT(ParseMonitorLine(R"(1.5 [0 lua] "DEL" "")").value(), ElementsAre("DEL", ""));
  for (const char* line : {"OK", "", "1.5 [0 lua] \"DEL", "1.5 [0 lua] \"a\\", "[0 lua] \"DEL\"",
                           R"(1.5 [0 lua] "a"b)", R"(1.5 [0 lua] "\xz1")"}) {
    EXPECT_FALSE(ParseMonitorLine(line).has_value()) << line;
  }
}

TEST(MonitorCheckerTest, AcceptsWhatIsDeclaredAndCountsIt) {
  MonitorChecker checker;
  checker.Feed("OK");
  checker.Feed(Line(R"("MULTI")"));
  checker.Feed(Line(R"("MSET" "METRICS:CASH" "1.0" "METRICS:PNL_DAILY" "-0.012")"));
  checker.Feed(Line(R"("set" "SYSTEM:HALT" "true")"));
  checker.Feed(Line(R"("publish" "system:feed:reconnected" )"
                    R"("{\"timestamp\":\"2026-11-21T20:38:46Z\",\"symbol_count\":3}")"));
  checker.Feed(Line(R"("SADD" "oms:orders:open" "1da26b1b-0000-4000-8000-000000000001")"));
  checker.Feed(Line(R"("EXPIRE" "jobs:daily_bars:2026-03-12:done" "90000")"));
  checker.Feed(Line(R"("GET" "anything")"));
  const MonitorReport report = checker.Report();

  EXPECT_THAT(report.problems, IsEmpty());
  EXPECT_EQ(report.lines, 8U);
  EXPECT_EQ(report.foreign_lines, 1U);
  EXPECT_EQ(report.writes, 5U);
  EXPECT_EQ(report.messages, 1U);
  EXPECT_EQ(report.seen[static_cast<std::size_t>(EntryId::kCash)], 1U);
}

TEST(MonitorCheckerTest, NamesEachKindOfProblem) {
  EXPECT_EQ(OnlyProblem(R"("SET" "SYSTEM:HALTED" "true")"),
            "SYSTEM:HALTED: the key is not declared");
  EXPECT_EQ(OnlyProblem(R"("PUBLISH" "trade:done" "{}")"),
            "trade:done: the channel is not declared");
  EXPECT_THAT(OnlyProblem(R"("SET" "METRICS:CASH" "NaN")"), HasSubstr("not a finite number"));
  EXPECT_THAT(OnlyProblem(R"("RPUSH" "METRICS:CASH" "1.0")"), HasSubstr("written as a list"));
  EXPECT_THAT(OnlyProblem(R"("PUBLISH" "system:feed:disconnected" "{}")"), HasSubstr("missing"));
  EXPECT_THAT(OnlyProblem(R"("SET" "METRICS:CASH" "1.0" "EX" "5")"), HasSubstr("never expires"));
  EXPECT_THAT(OnlyProblem(R"("EXPIRE" "oms:portfolio" "5")"), HasSubstr("never expires"));
  EXPECT_THAT(OnlyProblem(R"("DEL" "x")"), HasSubstr("not declared"));
  EXPECT_THAT(OnlyProblem(R"("XADD" "s" "*" "a" "b")"), HasSubstr("does not know how"));
  EXPECT_THAT(OnlyProblem(R"("SET" "x")"), HasSubstr("does not know how"));
}

TEST(MonitorCheckerTest, ReportsEachKindOfProblemOnce) {
  MonitorChecker checker;
  for (int at = 0; at < 3; ++at) {
    checker.Feed(Line(R"("SET" "x" "1")"));
  }
  const MonitorReport report = checker.Report();

  ASSERT_EQ(report.problems.size(), 1U);
  EXPECT_EQ(report.problems[0].count, 3U);
  EXPECT_EQ(report.problems[0].first_line, 1U);
}

// The command that writes the example of an entry.
std::string WriteOf(const Entry& entry) {
  static constexpr std::array<std::string_view, 6> kCommands = {"SET",   "SADD", "ZADD",
                                                                "RPUSH", "HSET", "PUBLISH"};
  const bool has_word = entry.kind == Kind::kSortedSet || entry.kind == Kind::kHash;
  const std::string score = has_word ? " \"739687\"" : "";  // Or the name of a field.
  return Line(fmt::format("\"{}\" {}{} {}", kCommands.at(static_cast<std::size_t>(entry.kind)),
                          Escaped(entry.example_key), score, Escaped(entry.example)));
}

TEST(MonitorCheckerTest, ListsWhatTheTraderProducesButNeverAppeared) {
  MonitorChecker checker;
  for (const Entry& entry : Catalogue()) {
    if (entry.id != EntryId::kSystemStatus) {
      checker.Feed(WriteOf(entry));
    }
  }
  const MonitorReport report = checker.Report();

  EXPECT_THAT(report.problems, IsEmpty());
  EXPECT_THAT(report.never_seen, ElementsAre(&Get(EntryId::kSystemStatus)));
}

}  // namespace
}  // namespace bulwark::contract
