// Compares the books recomputed from the ledger with Redis and with the paper venue.
//
// Shape:   the three are read one after the other, so books that move can differ for a moment: a
//          difference counts once kStableReads reads in a row show exactly the same ones. After
//          kReadsMax the last ones are reported and called unsettled.
// Errors:  what cannot be read is listed in `unreadable`; the rest is still compared.
// Threads: the main thread. Blocks for the disk, Redis, and kReadsMax pauses at most.

#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "audit/difference.h"
#include "base/result.h"
#include "base/time.h"
#include "ledger/ledger_place.h"
#include "model/instrument.h"
#include "redis/connection.h"

namespace bulwark::app {

constexpr int kReadsMax = 15;
constexpr int kStableReads = 3;
constexpr base::Nanos kReadPause = std::chrono::milliseconds{200};

struct VerifySources {
  ledger::LedgerPlace ledger;
  std::filesystem::path paper;
  model::InstrumentTable instruments;
  std::function<base::Result<std::unique_ptr<redis::Connection>>()> open_redis;
};

struct VerifyReport {
  std::vector<std::string> unreadable;      // With the reason.
  std::vector<std::string> contradictions;  // Inside the ledger.
  audit::Differences differences;
  bool is_settled = true;  // False: the books moved during every read.
  int reads = 0;
  std::size_t orders = 0;
  std::size_t fills = 0;
  std::size_t ended_not_shown = 0;  // Ended orders that Redis has forgotten.

  // 0 all equal, 1 something differs, 2 something could not be read.
  [[nodiscard]] int ExitCode() const;
};

VerifyReport VerifyLedger(const VerifySources& sources);

std::string DescribeReport(const VerifyReport& report);
std::string ReportAsJson(const VerifyReport& report);

}  // namespace bulwark::app
