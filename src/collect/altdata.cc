#include "collect/altdata.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/iso_time.h"
#include "base/new_york.h"
#include "base/result.h"
#include "base/time.h"
#include "calendar/exchange_calendar.h"
#include "collect/members.h"
#include "jobs/fence.h"
#include "jobs/job.h"
#include "sources/edgar_index.h"
#include "sources/finra.h"
#include "sources/publication.h"
#include "store/company_tables.h"
#include "store/rows.h"

namespace bulwark::collect {
namespace {

using std::chrono::days;
using std::chrono::sys_days;

std::string WithoutZeros(std::string_view cik) {
  return std::string(cik.substr(std::min(cik.find_first_not_of('0'), cik.size())));
}

}  // namespace

std::vector<sys_days> SettlementsDue(const calendar::ExchangeCalendar& calendar,
                                     base::UnixNanos now) {
  constexpr days kBack{62};
  constexpr std::chrono::day kMiddle{15};
  const sys_days today = base::NewYorkDate(now);
  std::vector<sys_days> due;
  const std::chrono::year_month_day first(today - kBack);
  for (auto month = first.year() / first.month(); sys_days(month / std::chrono::day{1}) <= today;
       month += std::chrono::months{1}) {
    due.push_back(calendar.SessionOnOrBefore(month / kMiddle));
    due.push_back(calendar.SessionOnOrBefore(month / std::chrono::last));
  }
  std::erase_if(due, [&](sys_days settled) {
    return settled < today - kBack || sources::ShortInterestKnownAt(calendar, settled) > now;
  });
  return due;
}

std::vector<sys_days> FilingDays(std::optional<base::UnixNanos> last_run, base::UnixNanos now) {
  constexpr days kAtFirst{14};
  constexpr days kOverlap{7};  // A list that was late, a filing that came to it later.
  constexpr days kMost{92};
  const sys_days today = base::NewYorkDate(now);
  const bool is_known = last_run && *last_run <= now;  // A time to come says nothing.
  const sys_days wanted = is_known ? base::NewYorkDate(*last_run) - kOverlap : today - kAtFirst;
  std::vector<sys_days> wanted_days;
  for (sys_days day = std::max(wanted, today - kMost); day < today; day += days{1}) {
    const std::chrono::weekday weekday(day);
    if (weekday != std::chrono::Saturday && weekday != std::chrono::Sunday) {
      wanted_days.push_back(day);
    }
  }
  return wanted_days;
}

Altdata::Altdata(const AltdataParts& parts, std::string universe)
    : parts_(parts), universe_(std::move(universe)) {}

base::Result<void> Altdata::Run(jobs::JobContext& context) {
  if (auto raised = jobs::RaiseFence(parts_.store.connection(), context.fence()); !raised) {
    return raised;
  }
  const auto members =
      RequireMembers(parts_.store, {.universe = universe_, .date = context.date()});
  const auto last_run = parts_.marks.AltdataLastRun();
  if (!members || !last_run) {
    return tl::unexpected<base::Error>(members ? last_run.error() : members.error());
  }
  for (const store::Member& member : *members) {
    if (std::string cik = WithoutZeros(member.cik); !cik.empty()) {
      ciks_.insert(std::move(cik));
    }
  }
  const base::UnixNanos start = context.request().started_at;
  const auto settlements = SettlementsDue(parts_.calendar, start);
  const auto filing_days = FilingDays(*last_run, start);
  AddTotal(context, settlements.size() + filing_days.size());
  for (const sys_days settled : settlements) {
    if (auto done = DoShorts(context, settled); !done || context.ShouldStop()) {
      return done;
    }
  }
  if (auto done = DoFilings(context, filing_days); !done || context.ShouldStop()) {
    return done;
  }
  return context.Counts().items_failed == 0 ? parts_.marks.AdvanceAltdata(start)
                                            : base::Result<void>();
}

void Altdata::AddTotal(jobs::JobContext& context, std::size_t items) {
  total_ += items;
  context.SetTotal(total_);
}

base::Result<void> Altdata::DoShorts(jobs::JobContext& context, sys_days settled) {
  const std::string item = "short interest of " + base::FormatDate(settled);
  const auto is_there =
      store::HasShortInterest(parts_.store.connection(), parts_.shorts.name(), settled);
  if (!is_there) {
    return tl::unexpected<base::Error>(is_there.error());
  }
  if (*is_there) {
    context.CountSkipped();
    return {};
  }
  const auto page = parts_.shorts.Fetch(settled);
  if (!page) {
    context.CountFailed(item, page.error().message);
    return {};
  }
  const std::vector<store::ShortInterest> rows = page->value_or(sources::ShortInterestPage()).rows;
  if (rows.empty()) {
    context.CountFailed(item, "it should be published, and is not there");
    return {};
  }
  return Keep(context, item, [&] {
    return store::PutShortInterest(parts_.store.connection(), parts_.shorts.name(),
                                   sources::ShortInterestKnownAt(parts_.calendar, settled), rows);
  });
}

base::Result<void> Altdata::DoFilings(jobs::JobContext& context,
                                      const std::vector<sys_days>& days) {
  if (ciks_.empty()) {
    context.CountFailed("filings", "no member of universe " + universe_ + " has a CIK");
    return {};
  }
  for (const sys_days day : days) {
    if (context.ShouldStop()) {
      return {};
    }
    const auto next = DoDay(context, day);
    if (!next) {
      return tl::unexpected<base::Error>(next.error());
    }
    if (*next == Next::kEnd) {
      return {};
    }
  }
  return {};
}

base::Result<Altdata::Next> Altdata::DoDay(jobs::JobContext& context, sys_days day) {
  const auto list = parts_.filings.List(day);
  if (!list) {
    context.CountFailed("filings of " + base::FormatDate(day), list.error().message);
    return list.error().code == base::ErrorCode::kUnavailable ? Next::kEnd : Next::kGoOn;
  }
  std::vector<sources::IndexEntry> wanted = list->value_or(std::vector<sources::IndexEntry>());
  std::erase_if(wanted, [this](const sources::IndexEntry& entry) {
    return std::ranges::none_of(entry.ciks,
                                [this](const std::string& cik) { return ciks_.contains(cik); });
  });
  AddTotal(context, wanted.size());
  for (const sources::IndexEntry& entry : wanted) {
    const auto next =
        context.ShouldStop() ? base::Result<Next>(Next::kEnd) : DoFiling(context, entry);
    if (!next || *next == Next::kEnd) {
      return next;
    }
  }
  context.CountDone(0);
  return Next::kGoOn;
}

base::Result<Altdata::Next> Altdata::DoFiling(jobs::JobContext& context,
                                              const sources::IndexEntry& entry) {
  const auto is_there = store::HasFiling(parts_.store.connection(), entry.accession);
  if (!is_there) {
    return tl::unexpected<base::Error>(is_there.error());
  }
  if (*is_there) {
    context.CountSkipped();
    return Next::kGoOn;
  }
  const auto filing = parts_.filings.Fetch(entry);
  if (!filing) {
    context.CountFailed(entry.accession, filing.error().message);
    return filing.error().code == base::ErrorCode::kUnavailable ? Next::kEnd : Next::kGoOn;
  }
  const auto kept = Keep(context, entry.accession, [&] {
    return store::PutInsiders(parts_.store.connection(), filing->transactions);
  });
  return kept ? base::Result<Next>(Next::kGoOn) : tl::unexpected<base::Error>(kept.error());
}

base::Result<void> Altdata::Keep(jobs::JobContext& context, const std::string& item,
                                 const Put& put) {
  auto transaction = parts_.store.Begin();
  auto done = transaction ? jobs::RequireFence(parts_.store.connection(), context.fence())
                          : tl::unexpected<base::Error>(transaction.error());
  if (!done && done.error().code == base::ErrorCode::kConflict) {
    return done;
  }
  base::Result<std::int64_t> rows = 0;
  if (done) {
    rows = put();
    done = rows ? transaction->Commit() : tl::unexpected<base::Error>(rows.error());
  }
  if (!done) {
    context.CountFailed(item, done.error().message);
    return {};
  }
  context.CountDone(static_cast<std::uint64_t>(*rows));
  return {};
}

}  // namespace bulwark::collect
