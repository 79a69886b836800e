#include "collect/backfill_job.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/result.h"
#include "collect/backfill.h"
#include "collect/members.h"
#include "jobs/fence.h"
#include "jobs/job.h"
#include "sources/field_values.h"
#include "store/rows.h"

namespace bulwark::collect {
namespace {

constexpr int kYearsMax = 50;
constexpr std::size_t kSymbolsMax = 20'000;

base::Error Wrong(const std::string& what) {
  return {.code = base::ErrorCode::kInvalidArgument, .message = "arguments: " + what};
}

base::Result<std::vector<std::string>> SymbolsIn(const nlohmann::json& list) {
  if (!list.is_array() || list.size() > kSymbolsMax) {
    return tl::unexpected<base::Error>(Wrong("symbols is no list"));
  }
  std::vector<std::string> symbols;
  for (const nlohmann::json& element : list) {
    std::string symbol =
        sources::CanonicalSymbol(element.is_string() ? element.get<std::string>() : "");
    if (const auto problem = store::SymbolProblem(symbol)) {
      return tl::unexpected<base::Error>(Wrong("symbol " + element.dump() + ": " + *problem));
    }
    symbols.push_back(std::move(symbol));
  }
  return symbols;
}

bool IsYears(const nlohmann::json& value) {
  return value.is_number_unsigned() && value.get<std::uint64_t>() > 0 &&
         value.get<std::uint64_t>() <= kYearsMax;
}

// One of the arguments.
base::Result<void> Take(const std::string& name, const nlohmann::json& value,
                        BackfillRequest& request) {
  if (name == "years" && IsYears(value)) {
    request.years = value.get<int>();
    return {};
  }
  if (name == "reset" && value.is_boolean()) {
    request.is_reset = value.get<bool>();
    return {};
  }
  if (name != "symbols") {
    return tl::unexpected<base::Error>(
        Wrong(sources::Shown(name) + " is none of years (1 to 50), symbols, reset"));
  }
  auto symbols = SymbolsIn(value);
  if (!symbols) {
    return tl::unexpected<base::Error>(symbols.error());
  }
  request.symbols = *std::move(symbols);
  return {};
}

// Symbols as asked for; those that were done before are told to be.
base::Result<std::vector<std::string>> Resolve(const Backfill::Parts& parts,
                                               const BackfillRequest& request,
                                               const std::string& universe,
                                               jobs::JobContext& context) {
  std::vector<std::string> symbols = request.symbols;
  if (symbols.empty()) {
    const auto members =
        RequireMembers(parts.store, {.universe = universe, .date = context.date()});
    if (!members) {
      return tl::unexpected<base::Error>(members.error());
    }
    for (const store::Member& member : *members) {
      symbols.push_back(member.symbol);
    }
  }
  const jobs::Trigger trigger = context.request().trigger;
  const bool is_first = trigger != jobs::Trigger::kResume && trigger != jobs::Trigger::kRetry;
  if (request.is_reset && is_first) {
    if (const auto done = parts.marks.ForgetBackfilled(symbols); !done) {
      return tl::unexpected<base::Error>(done.error());
    }
  }
  return symbols;
}

}  // namespace

base::Result<BackfillRequest> ParseBackfillRequest(std::string_view json) {
  BackfillRequest request;
  if (json.empty()) {
    return request;
  }
  const nlohmann::json document = nlohmann::json::parse(json, nullptr, false);
  if (!document.is_object()) {
    return tl::unexpected<base::Error>(Wrong("not a JSON object"));
  }
  for (const auto& [name, value] : document.items()) {
    if (const auto taken = Take(name, value, request); !taken) {
      return tl::unexpected<base::Error>(taken.error());
    }
  }
  return request;
}

base::Result<void> RunBackfill(Backfill::Parts parts, const std::string& universe,
                               jobs::JobContext& context) {
  const auto request = ParseBackfillRequest(context.request().arguments);
  if (!request) {
    return tl::unexpected<base::Error>(request.error());
  }
  if (auto raised = jobs::RaiseFence(parts.store.connection(), context.fence()); !raised) {
    return raised;
  }
  const auto symbols = Resolve(parts, *request, universe, context);
  if (!symbols) {
    return tl::unexpected<base::Error>(symbols.error());
  }
  parts.fence = context.fence();
  Backfill backfill(parts);
  const auto plan = backfill.Plan(*symbols, request->years);
  if (!plan) {
    return tl::unexpected<base::Error>(plan.error());
  }
  context.SetTotal(plan->symbols.size());
  for (std::size_t done = plan->remaining.size(); done < plan->symbols.size(); ++done) {
    context.CountSkipped();
  }
  std::int64_t rows = 0;
  const auto report = backfill.Run(
      *plan, [&] { return context.ShouldStop(); },
      [&](const BackfillProgress& progress) {
        if (progress.problem.empty()) {
          context.CountDone(static_cast<std::uint64_t>(progress.rows - rows));
        } else {
          context.CountFailed(progress.symbol, progress.problem);
        }
        rows = progress.rows;
      });
  if (report.ended_by.empty()) {
    return {};
  }
  return base::Fail(
      report.is_overtaken ? base::ErrorCode::kConflict : base::ErrorCode::kUnavailable,
      report.ended_by);
}

}  // namespace bulwark::collect
