#include "ledger_command.h"

#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app_context.h"
#include "base/result.h"
#include "config/settings.h"
#include "data_paths.h"
#include "ledger_verify.h"
#include "model/instrument.h"
#include "redis/connection.h"
#include "redis_access.h"

namespace bulwark::app {
namespace {

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
      {.ledger = paths->LedgerFile(),
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

}  // namespace

void AddLedgerCommand(CLI::App& root, AppContext& context) {
  CLI::App& ledger =
      AppContext::AddGroup(root, {Purpose::kInspect, "ledger", "Check the durable books"});
  CLI::App& verify = context.AddCommand(
      ledger, {Purpose::kInspect, "verify",
               "Recompute the books from the fills and compare them with Redis and the venue"});
  const CLI::Option& json = AppContext::AddSwitch(verify, "--json", "Print a JSON document");
  context.SetAction(verify, [&json](const config::Settings& settings) {
    return Verify(settings, json.count() > 0);
  });
}

}  // namespace bulwark::app
