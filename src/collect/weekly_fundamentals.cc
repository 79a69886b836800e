#include "collect/weekly_fundamentals.h"

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"
#include "collect/members.h"
#include "jobs/fence.h"
#include "jobs/job.h"
#include "sources/refusal.h"
#include "store/company_tables.h"
#include "store/rows.h"

namespace bulwark::collect {

WeeklyFundamentals::WeeklyFundamentals(const FundamentalsParts& parts, std::string universe)
    : parts_(parts), universe_(std::move(universe)) {}

base::Result<void> WeeklyFundamentals::Run(jobs::JobContext& context) {
  return RunOverMembers(context, {.store = parts_.store, .cache = parts_.cache}, universe_,
                        [&](const std::string& symbol) { return DoItem(context, symbol); });
}

base::Result<void> WeeklyFundamentals::DoItem(jobs::JobContext& context,
                                              const std::string& symbol) {
  const auto is_done = parts_.marks.IsWeeklyFundamentalsDone(context.due_date(), symbol);
  if (!is_done) {
    context.CountFailed(symbol, is_done.error().message);
    return {};
  }
  if (*is_done) {
    context.CountSkipped();
    return {};
  }
  return Fetch(context, symbol);
}

base::Result<void> WeeklyFundamentals::Fetch(jobs::JobContext& context, const std::string& symbol) {
  const auto answer = parts_.source.Fetch(symbol, parts_.clock.WallNow());
  if (!answer) {
    context.CountFailed(symbol, answer.error().message);
    return {};
  }
  if (const auto* refusal = std::get_if<sources::Refusal>(&*answer)) {
    const std::string why = std::string(sources::NameOf(refusal->kind)) + ": " + refusal->text;
    context.CountFailed(symbol, why);
    return sources::EndsRun(refusal->kind)
               ? base::Result<void>(base::Fail(base::ErrorCode::kUnavailable,
                                               std::string(parts_.source.name()) + ": " + why))
               : base::Result<void>();
  }
  return Keep(context, symbol, std::get<std::vector<store::Fundamental>>(*answer));
}

base::Result<void> WeeklyFundamentals::Keep(jobs::JobContext& context, const std::string& symbol,
                                            const std::vector<store::Fundamental>& facts) {
  if (facts.empty()) {
    context.CountFailed(symbol, "an overview without a fact");
    return {};
  }
  auto transaction = parts_.store.Begin();
  auto done = transaction ? jobs::RequireFence(parts_.store.connection(), context.fence())
                          : tl::unexpected<base::Error>(transaction.error());
  if (!done && done.error().code == base::ErrorCode::kConflict) {
    return done;
  }
  base::Result<std::int64_t> rows = 0;
  if (done) {
    rows = store::PutFundamentals(parts_.store.connection(), symbol, parts_.source.name(), facts);
    done = rows ? transaction->Commit() : tl::unexpected<base::Error>(rows.error());
  }
  if (done) {
    done = parts_.marks.MarkWeeklyFundamentals(context.due_date(), symbol);
  }
  if (!done) {
    context.CountFailed(symbol, done.error().message);
    return {};
  }
  context.CountDone(static_cast<std::uint64_t>(*rows));
  return {};
}

}  // namespace bulwark::collect
