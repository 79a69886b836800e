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
#include "store/filing_table.h"
#include "store/rows.h"

namespace bulwark::collect {
namespace {

using std::chrono::days;
using std::chrono::sys_days;

std::string WithoutZeros(std::string_view cik) {
  return std::string(cik.substr(std::min(cik.find_first_not_of('0'), cik.size())));
}

constexpr std::int64_t kTriesMax = 3;  // On as many days.
constexpr days kSettlementsBack{62};
constexpr days kSettlementsMost{366};
constexpr days kListsMost{92};
constexpr days kListsOverlap{7};  // A list that was late, a filing that came to it later.

// A time to come says nothing.
std::optional<sys_days> DayOf(std::optional<base::UnixNanos> last_run, base::UnixNanos now) {
  if (!last_run || *last_run > now) {
    return std::nullopt;
  }
  return base::NewYorkDate(*last_run);
}

}  // namespace

std::vector<sys_days> SettlementsDue(const calendar::ExchangeCalendar& calendar,
                                     std::optional<base::UnixNanos> last_run, base::UnixNanos now) {
  constexpr std::chrono::day kMiddle{15};
  const sys_days today = base::NewYorkDate(now);
  const sys_days oldest =
      std::max(DayOf(last_run, now).value_or(today) - kSettlementsBack, today - kSettlementsMost);
  std::vector<sys_days> due;
  const std::chrono::year_month_day first(oldest);
  for (auto month = first.year() / first.month(); sys_days(month / std::chrono::day{1}) <= today;
       month += std::chrono::months{1}) {
    due.push_back(calendar.SessionOnOrBefore(month / kMiddle));
    due.push_back(calendar.SessionOnOrBefore(month / std::chrono::last));
  }
  std::erase_if(due, [&](sys_days settled) {
    return settled < oldest || sources::ShortInterestKnownAt(calendar, settled) > now;
  });
  return due;
}

std::vector<sys_days> FilingDays(std::optional<base::UnixNanos> last_run, base::UnixNanos now) {
  constexpr days kAtFirst{31};  // From the 15th to the 1st there are 17 days.
  const sys_days today = base::NewYorkDate(now);
  const auto last = DayOf(last_run, now);
  const sys_days wanted = last ? *last - kListsOverlap : today - kAtFirst;
  std::vector<sys_days> wanted_days;
  for (sys_days day = std::max(wanted, today - kListsMost); day < today; day += days{1}) {
    const std::chrono::weekday weekday(day);
    if (weekday != std::chrono::Saturday && weekday != std::chrono::Sunday) {
      wanted_days.push_back(day);
    }
  }
  return wanted_days;
}

std::vector<std::string> LeftOut(std::optional<base::UnixNanos> last_run, base::UnixNanos now) {
  const sys_days today = base::NewYorkDate(now);
  const sys_days last = DayOf(last_run, now).value_or(today);
  std::vector<std::string> items;
  if (last < today - kListsMost) {
    items.push_back("filings from " + base::FormatDate(last) + " to before " +
                    base::FormatDate(today - kListsMost));
  }
  if (last < today - kSettlementsMost) {
    items.push_back("short interest from " + base::FormatDate(last) + " to before " +
                    base::FormatDate(today - kSettlementsMost));
  }
  return items;
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
  const auto settlements = SettlementsDue(parts_.calendar, *last_run, start);
  const auto filing_days = FilingDays(*last_run, start);
  AddTotal(context, settlements.size() + filing_days.size());
  TellLeftOut(context, *last_run);
  for (const sys_days settled : settlements) {
    if (auto done = DoShorts(context, settled); !done || context.ShouldStop()) {
      return done;
    }
  }
  if (auto done = DoFilings(context, filing_days); !done || context.ShouldStop()) {
    return done;
  }
  return is_behind_ ? base::Result<void>() : parts_.marks.AdvanceAltdata(start);
}

void Altdata::AddTotal(jobs::JobContext& context, std::size_t items) {
  total_ += items;
  context.SetTotal(total_);
}

void Altdata::TellLeftOut(jobs::JobContext& context, std::optional<base::UnixNanos> last_run) {
  const auto items = LeftOut(last_run, context.request().started_at);
  AddTotal(context, items.size());
  for (const std::string& item : items) {
    context.CountFailed(item, "a run does not go back so far: left out for good");
  }
}

base::Result<bool> Altdata::IsSetAside(const std::string& item) {
  const auto tries = store::FailuresOf(parts_.store.connection(), item);
  if (!tries) {
    return tl::unexpected<base::Error>(tries.error());
  }
  return *tries >= kTriesMax;
}

base::Result<std::int64_t> Altdata::NoteFailure(const jobs::JobContext& context,
                                                const std::string& item, const base::Error& error) {
  auto transaction = parts_.store.Begin();
  if (!transaction) {
    return tl::unexpected<base::Error>(transaction.error());
  }
  if (const auto held = jobs::RequireFence(parts_.store.connection(), context.fence()); !held) {
    return tl::unexpected<base::Error>(held.error());
  }
  auto tries = store::CountFailure(parts_.store.connection(),
                                   {.item = item, .day = context.date(), .message = error.message});
  if (!tries) {
    return tries;
  }
  if (const auto committed = transaction->Commit(); !committed) {
    return tl::unexpected<base::Error>(committed.error());
  }
  return tries;
}

base::Result<void> Altdata::Fail(jobs::JobContext& context, const std::string& item,
                                 const base::Error& error, bool is_final) {
  std::int64_t tries = 0;
  // That nobody answered says nothing of the item.
  if (is_final && error.code != base::ErrorCode::kUnavailable) {
    const auto noted = NoteFailure(context, item, error);
    if (!noted && noted.error().code == base::ErrorCode::kConflict) {
      return tl::unexpected<base::Error>(noted.error());
    }
    tries = noted.value_or(0);
  }
  if (tries >= kTriesMax) {
    context.CountFailed(
        item, error.message + "; failed on " + std::to_string(tries) + " days and is set aside");
    return {};
  }
  is_behind_ = true;
  context.CountFailed(item, error.message);
  return {};
}

base::Result<void> Altdata::DoShorts(jobs::JobContext& context, sys_days settled) {
  const std::string item = "short interest of " + base::FormatDate(settled);
  const auto is_there =
      store::HasShortInterest(parts_.store.connection(), parts_.shorts.name(), settled);
  const auto is_set_aside = is_there ? IsSetAside(item) : is_there;
  if (!is_set_aside) {
    return tl::unexpected<base::Error>(is_set_aside.error());
  }
  if (*is_there || *is_set_aside) {
    context.CountSkipped();
    return {};
  }
  // It may still come, or come corrected.
  const bool is_late = settled < context.date() - kSettlementsBack;
  const auto page = parts_.shorts.Fetch(settled);
  if (!page) {
    return Fail(context, item, page.error(), is_late);
  }
  const std::vector<store::ShortInterest> rows = page->value_or(sources::ShortInterestPage()).rows;
  if (rows.empty()) {
    return Fail(
        context, item,
        {.code = base::ErrorCode::kNotFound, .message = "it should be published, and is not there"},
        is_late);
  }
  return Keep(context, item, [&] {
    return store::PutShortInterest(parts_.store.connection(), parts_.shorts.name(),
                                   sources::ShortInterestKnownAt(parts_.calendar, settled), rows);
  });
}

base::Result<void> Altdata::DoFilings(jobs::JobContext& context,
                                      const std::vector<sys_days>& days) {
  if (ciks_.empty()) {
    is_behind_ = true;
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
  const std::string item = "filings of " + base::FormatDate(day);
  const auto is_set_aside = IsSetAside(item);
  if (!is_set_aside) {
    return tl::unexpected<base::Error>(is_set_aside.error());
  }
  if (*is_set_aside) {
    context.CountSkipped();
    return Next::kGoOn;
  }
  const auto list = parts_.filings.List(day);
  if (!list) {
    if (const auto told = Fail(context, item, list.error()); !told) {
      return tl::unexpected<base::Error>(told.error());
    }
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
  const auto is_set_aside = is_there ? IsSetAside(entry.accession) : is_there;
  if (!is_set_aside) {
    return tl::unexpected<base::Error>(is_set_aside.error());
  }
  if (*is_there || *is_set_aside) {
    context.CountSkipped();
    return Next::kGoOn;
  }
  const auto filing = parts_.filings.Fetch(entry);
  if (!filing) {
    if (const auto told = Fail(context, entry.accession, filing.error()); !told) {
      return tl::unexpected<base::Error>(told.error());
    }
    return filing.error().code == base::ErrorCode::kUnavailable ? Next::kEnd : Next::kGoOn;
  }
  const auto kept = Keep(context, entry.accession, [&] {
    return store::PutFiling(parts_.store.connection(), entry.accession, filing->transactions);
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
    is_behind_ = true;
    context.CountFailed(item, done.error().message);
    return {};
  }
  context.CountDone(static_cast<std::uint64_t>(*rows));
  return {};
}

}  // namespace bulwark::collect
