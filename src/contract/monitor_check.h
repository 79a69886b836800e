// Holds a capture of Redis' MONITOR against the catalogue: was anything written or published that
// is not declared, and did everything appear that the trader produces?
//
// Shape:   fed line by line, as `redis-cli MONITOR` prints them; reading commands are not looked
//          at, and a script's own commands count (Redis prints them too). A command that may write
//          but is not known here is a problem, so that nothing passes unseen.
// Errors:  lines that are not MONITOR's are counted, not refused: captures start with OK and may
//          end in the middle of a line.
// Threads: one thread. Allocates.
// Source:  contract sections 1.1, 8.3

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "contract/catalogue.h"

namespace bulwark::contract {

// The words of a command, unescaped; empty when the line is not one of MONITOR's.
std::optional<std::vector<std::string>> ParseMonitorLine(std::string_view line);

struct MonitorProblem {
  std::string name;  // The key, channel or command.
  std::string text;
  std::uint64_t first_line = 0;
  std::uint64_t count = 0;
};

struct MonitorReport {
  std::uint64_t lines = 0;
  std::uint64_t foreign_lines = 0;  // Not MONITOR's.
  std::uint64_t writes = 0;         // Keys touched by writing commands.
  std::uint64_t messages = 0;
  std::vector<MonitorProblem> problems;  // Each kind once, in the order of their first line.
  std::vector<const Entry*> never_seen;  // Produced by the trader, but not in this capture.
  std::array<std::uint64_t, kEntries> seen{};
};

class MonitorChecker {
 public:
  static constexpr std::size_t kDistinctProblemsMax = 200;

  void Feed(std::string_view line);
  [[nodiscard]] MonitorReport Report() const;

 private:
  using Words = std::span<const std::string>;

  void Write(const std::string& key, Kind kind, std::span<const std::string> values);
  void Touch(const std::string& key);
  void Expire(const std::string& key);
  void Publish(const std::string& channel, const std::string& payload);
  void CheckSet(Words words);
  bool CheckStrings(const std::string& command, Words words);
  bool CheckHashes(const std::string& command, Words words);
  bool CheckCollections(const std::string& command, Words words);
  const Entry* Known(const std::string& name, bool is_channel);
  void Complain(std::string name, std::string text);

  MonitorReport report_;
  std::map<std::pair<std::string, std::string>, std::size_t> known_problems_;
};

}  // namespace bulwark::contract
