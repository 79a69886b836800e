#include "ledger_command.h"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <ios>
#include <memory>
#include <string>
#include <system_error>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app_context.h"
#include "base/result.h"
#include "config/settings.h"
#include "crash_points.h"
#include "data_paths.h"
#include "ledger/export.h"
#include "ledger/ledger.h"
#include "ledger_access.h"
#include "ledger_verify.h"
#include "model/instrument.h"
#include "redis/connection.h"
#include "redis_access.h"
#include "sql/connection.h"

namespace bulwark::app {
namespace {

// A million rows take a while, and nobody's order waits for them.
constexpr std::chrono::milliseconds kLongCall = std::chrono::minutes{10};

int FailWithText(const base::Error& error) {
  fmt::print(stderr, "error: {}\n", error.message);
  return kExitFailed;
}

// The configured instruments, for the venue's names of them; what the ledger has besides gets
// defaults.
base::Result<model::InstrumentTable> ConfiguredInstruments(const config::Settings& settings) {
  model::InstrumentTable table;
  for (const config::InstrumentSettings& configured : settings.instruments) {
    auto instrument = model::DefaultInstrument(configured.symbol);
    if (!instrument) {
      return tl::unexpected<base::Error>(instrument.error());
    }
    const auto name = model::Symbol::Make(
        configured.venue_symbol.value_or(std::string(instrument->venue_symbol.view())));
    if (!name) {
      return base::Fail(base::ErrorCode::kInvalidArgument,
                        "venue symbol of " + configured.symbol + " is too long");
    }
    instrument->venue_symbol = *name;
    if (const auto added = table.Add(*instrument); !added) {
      return tl::unexpected<base::Error>(added.error());
    }
  }
  return table;
}

int Verify(const config::Settings& settings, bool is_json) {
  const auto paths = PathsOf(settings);
  if (!paths) {
    return kExitUsage;
  }
  const auto instruments = ConfiguredInstruments(settings);
  if (!instruments) {
    fmt::print(stderr, "error: {}\n", instruments.error().message);
    return kExitUsage;
  }
  const VerifyReport report = VerifyLedger(
      {.ledger = LedgerPlaceOf(settings, *paths),
       .paper = paths->PaperFile(),
       .instruments = *instruments,
       .open_redis = [&]() -> base::Result<std::unique_ptr<redis::Connection>> {
         const auto url = RedisUrlOf(settings, *paths);
         if (!url) {
           return tl::unexpected<base::Error>(url.error());
         }
         return redis::Connection::Connect(*url, RedisOptionsOf(settings, "bulwark-verify"));
       }});
  fmt::print("{}", is_json ? ReportAsJson(report) : DescribeReport(report));
  return report.ExitCode();
}

int Export(const config::Settings& settings, const std::string& file) {
  const auto paths = PathsOf(settings);
  if (!paths) {
    return kExitUsage;
  }
  const auto ledger = ledger::Ledger::Open(
      LedgerPlaceOf(settings, *paths),
      {.access = ledger::Access::kReadOnly, .is_checked = false, .call_timeout = kLongCall});
  const auto connection = ledger ? (*ledger)->Connection()
                                 : base::Result<sql::Connection*>(tl::unexpected(ledger.error()));
  if (!connection) {
    return FailWithText(connection.error());
  }
  const std::string scratch = file + ".part";  // A file of the wanted name is a whole one.
  std::ofstream out(scratch, std::ios::binary | std::ios::trunc);
  const auto rows = ledger::ExportRows(**connection, out);
  out.close();
  std::error_code failure;
  if (rows && out) {
    std::filesystem::permissions(
        scratch, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write, failure);
    std::filesystem::rename(scratch, file, failure);
  }
  if (!rows || !out || failure) {
    return FailWithText({base::ErrorCode::kUnavailable,
                         rows ? file + ": cannot be written" : file + ": " + rows.error().message});
  }
  fmt::print("{} rows exported to {}\n", *rows, file);
  return kExitDone;
}

int Restore(const config::Settings& settings, const std::string& file) {
  const auto paths = PathsOf(settings);
  if (!paths) {
    return kExitUsage;
  }
  std::ifstream in(file, std::ios::binary);
  if (!in) {
    return FailWithText({base::ErrorCode::kNotFound, file + ": cannot be read"});
  }
  if (const auto prepared = paths->Prepare(); !prepared) {
    return FailWithText(prepared.error());
  }
  const auto ledger =
      ledger::Ledger::Open(LedgerPlaceOf(settings, *paths), {.call_timeout = kLongCall});
  const auto connection = ledger ? (*ledger)->Connection()
                                 : base::Result<sql::Connection*>(tl::unexpected(ledger.error()));
  if (!connection) {
    return FailWithText(connection.error());
  }
  const auto rows = ledger::RestoreRows(**connection, in);
  if (!rows) {
    return FailWithText({rows.error().code, file + ": " + rows.error().message});
  }
  fmt::print("{} rows restored to {}; check with `bulwark ledger verify` once it runs\n", *rows,
             (*ledger)->place().Name());
  return kExitDone;
}

// `ledger export FILE` and `ledger restore FILE`.
void AddCopies(CLI::App& ledger, AppContext& context) {
  const auto file = std::make_shared<std::string>();
  CLI::App& save = context.AddCommand(
      ledger, {Purpose::kInspect, "export", "Write the whole ledger to a file of JSON lines"});
  save.add_option("FILE", *file, "File to write")->required();
  context.SetAction(save,
                    [file](const config::Settings& settings) { return Export(settings, *file); });
  CLI::App& load = context.AddCommand(
      ledger, {Purpose::kInspect, "restore", "Read an exported file into an empty ledger"});
  load.add_option("FILE", *file, "File that `ledger export` wrote")->required();
  context.SetAction(load,
                    [file](const config::Settings& settings) { return Restore(settings, *file); });
}

}  // namespace

void AddLedgerCommand(CLI::App& root, AppContext& context) {
  CLI::App& ledger =
      AppContext::AddGroup(root, {Purpose::kInspect, "ledger", "Check the durable books"});
  CLI::App& verify = context.AddCommand(
      ledger, {Purpose::kInspect, "verify",
               "Recompute the books from the fills and compare them with Redis and the venue"});
  const CLI::Option& json = AppContext::AddSwitch(verify, "--json", "Print a JSON document");
  CLI::App& points = context.AddCommand(
      ledger,
      {Purpose::kInspect, "crash-points", "Print docs/crash-points.md: every durable write"});
  const CLI::Option& names = AppContext::AddSwitch(points, "--names", "Only the names");
  context.SetPlainAction(points, [&names] {
    fmt::print("{}", names.count() > 0 ? CrashPointNames() : CrashPointsAsMarkdown());
    return kExitDone;
  });
  AddCopies(ledger, context);
  context.SetAction(verify, [&json](const config::Settings& settings) {
    return Verify(settings, json.count() > 0);
  });
}

}  // namespace bulwark::app
