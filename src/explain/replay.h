// Replays a run and holds every order change and every fill against the ledger.
//
// Shape:   the same events must give the same rows in the same order. Where the journal ends before
//          the ledger or the other way round, the rest is counted; after a run that ended in good
//          order there must be none.
// Errors:  those of the replayer; a difference is an answer.
// Threads: one. Reads the whole journal of the run.
// Source:  docs/explain.md#a-whole-run

#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "base/result.h"
#include "ledger/run_history.h"
#include "model/order.h"

namespace bulwark::explain {

struct ReplayLimit {
  std::optional<std::uint64_t> event;     // The last one that is replayed.
  std::optional<model::OrderId> decided;  // Up to the event that made this order.
};

struct Difference {
  std::uint64_t event = 0;
  std::string replayed;
  std::string in_ledger;
};

struct ReplayReport {
  std::uint64_t epoch = 0;
  std::string recorded_by;  // The version of the program.
  std::uint64_t events = 0;
  std::uint64_t actions = 0;
  std::size_t orders = 0;  // Order changes that were compared.
  std::size_t fills = 0;
  std::string hash;  // SHA-256 over all actions.
  std::optional<Difference> difference;
  std::size_t only_replayed = 0;   // Rows after the last one of the ledger.
  std::size_t only_in_ledger = 0;  // Rows after the last one replayed.
  std::optional<std::uint64_t> gap;
  bool is_whole = false;   // The run ended in good order and all of it was replayed.
  bool is_reached = true;  // The limit, if there was one.

  [[nodiscard]] bool is_identical() const { return !difference && is_reached; }
};

// `history` is the ledger's, of this run.
base::Result<ReplayReport> Replay(const std::filesystem::path& journal, std::uint64_t epoch,
                                  const ReplayLimit& limit, const ledger::History& history);

// Some lines for people; a JSON document.
std::string DescribeReplay(const ReplayReport& report);
std::string ReplayAsJson(const ReplayReport& report);

}  // namespace bulwark::explain
