#include "crash_points.h"

#include <array>
#include <span>
#include <string>

#include <fmt/format.h>

#include "journal/segment.h"
#include "ledger/durable_writes.h"
#include "ledger/spill.h"
#include "sql/migrations.h"
#include "sql/sqlite_file.h"
#include "stateplane/switch_writer.h"
#include "trader/publisher_thread.h"
#include "venue/paper/store_schema.h"

namespace bulwark::app {

std::span<const CrashPointRow> CrashPoints() {
  static const std::array rows{
      CrashPointRow{&sql::kCreateWrite, "trader, venue", "no file; the next start makes it"},
      CrashPointRow{&sql::kBackupWrite, "trader, venue",
                    "the old version as it was; the next start copies and migrates"},
      CrashPointRow{&sql::kMigrationWrite, "trader, venue",
                    "the old version as it was; the next start migrates"},
      CrashPointRow{&ledger::kAccountWrite, "trader", "no account; the next start writes it"},
      CrashPointRow{&ledger::kRunWrite, "trader",
                    "the run never was; the next one takes its number"},
      CrashPointRow{&ledger::kCommitWrite, "trader",
                    "the group never was: its orders were not sent, its fills are asked for again"},
      CrashPointRow{&ledger::kSwitchWrite, "trader, api, halt, kill",
                    "the stop stands in Redis, or was never confirmed"},
      CrashPointRow{&ledger::kBreakerWrite, "trader, heartbeat, breakers reset",
                    "nobody was told that it is done; it is repeated"},
      CrashPointRow{&ledger::kScopeWrite, "scope set, scope clear",
                    "nobody was told that it is done; it is repeated"},
      CrashPointRow{&ledger::kApprovalWrite, "approve, reject, api",
                    "nobody was told that it is done; the order still waits"},
      CrashPointRow{&ledger::kModeWrite, "trader, mode set",
                    "nobody was told that it is done; a start begins with the setting again"},
      CrashPointRow{&ledger::kRefusalWrite, "api, release",
                    "nothing was released; the attempt is not on record"},
      CrashPointRow{&ledger::kSpillWrite, "trader",
                    "as for ledger.commit: the group never was, an unfinished frame is cut off"},
      CrashPointRow{&ledger::kSpillMerge, "trader", "the spill is still there and is merged"},
      CrashPointRow{&ledger::kSpillDrop, "trader",
                    "the spill is still there, the ledger knows its name and takes nothing twice"},
      CrashPointRow{&ledger::kReportWrite, "trader, reconcile accept, reconcile adopt",
                    "the next start compares and reports again; nothing was decided"},
      CrashPointRow{&ledger::kForeignDayTradesWrite, "trader",
                    "they still stand in Redis; the next start keeps them"},
      CrashPointRow{&ledger::kRestoreWrite, "ledger restore", "the ledger is still empty"},
      CrashPointRow{&journal::kSegmentWrite, "trader",
                    "an empty file that a replay passes over; the ledger does not need it"},
      CrashPointRow{&journal::kBlockWrite, "trader",
                    "a recording that ends a little earlier, or with half a block that is cut off"},
      CrashPointRow{&ledger::kImportWrite, "import", "the ledger is still empty"},
      CrashPointRow{&venue::paper::kStoreWrite, "venue",
                    "nothing was answered: the trader asks by client id"},
      CrashPointRow{&trader::kPublishWrite, "trader",
                    "the ledger has it; a restart writes Redis again. Entries had not left"},
      CrashPointRow{&stateplane::kSwitchShow, "trader, api, halt, kill",
                    "the ledger has the turn; the watcher writes Redis again"},
  };
  return rows;
}

std::string CrashPointsAsMarkdown() {
  std::string text =
      "# Crash points\n\n"
      "<!-- Written by `bulwark ledger crash-points`; edit apps/bulwark/crash_points.cc instead. "
      "-->\n\n"
      "Every write that must survive has a name. `tests/system/crash_points_test.py` starts the "
      "real\n"
      "system, kills the process with SIGKILL right before and right after each of them, lets it "
      "come\n"
      "back, and checks: `ledger verify` finds no difference between ledger, Redis and venue, the "
      "venue\n"
      "saw no order twice, and what was acknowledged is there: with the ledger in SQLite, and "
      "again "
      "on a\n"
      "PostgreSQL server. Results: [proofs.md](proofs.md#crash-points).\n\n"
      "`TEST_CRASH_POINT=<name>.before` or `.after` (`:N` for the N-th time) arms one for a "
      "process;\n"
      "`TEST_CRASH_MARK` names a file that is made first and keeps it from happening again.\n\n"
      "| name | durable after it | made by | a crash right before it leaves |\n"
      "| --- | --- | --- | --- |\n";
  for (const CrashPointRow& row : CrashPoints()) {
    text += fmt::format("| `{}` | {} | {} | {} |\n", row.write->name, row.write->text, row.role,
                        row.before);
  }
  return text;
}

std::string CrashPointNames() {
  std::string text;
  for (const CrashPointRow& row : CrashPoints()) {
    text += std::string(row.write->name) + "\n";
  }
  return text;
}

}  // namespace bulwark::app
