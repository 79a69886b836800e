#include "data_report.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/decimal.h"
#include "base/iso_time.h"
#include "base/result.h"
#include "base/time.h"
#include "calendar/exchange_calendar.h"
#include "store/bar_table.h"
#include "store/company_tables.h"
#include "store/data_check.h"
#include "store/rows.h"
#include "store/store.h"

namespace bulwark::app {
namespace {

constexpr std::size_t kRowsShown = 5;

std::string LineOf(const store::SeriesSummary& summary) {
  return fmt::format("{:<12} {:<3} {:>9} bars  {} .. {}  from {}\n", summary.series.symbol,
                     store::NameOf(summary.series.span), summary.bars,
                     base::FormatDate(summary.first), base::FormatDate(summary.last),
                     summary.sources);
}

std::string BarLine(const store::Bar& bar) {
  return fmt::format("  {}  open {} high {} low {} close {} volume {}{}\n",
                     base::FormatIso(bar.at, base::IsoSuffix::kZulu), bar.open.ToString(),
                     bar.high.ToString(), bar.low.ToString(), bar.close.ToString(),
                     bar.volume ? bar.volume->ToString() : "none",
                     bar.adjusted_close ? " adjusted close " + bar.adjusted_close->ToString() : "");
}

base::Result<std::string> ShowSeries(store::Store& store, const store::SeriesSummary& summary) {
  const auto bars = store::ReadBars(store.connection(), summary.series, store::kAllTime);
  const auto windows = store::ReadCoverage(store.connection(), summary.series);
  if (!bars || !windows) {
    return tl::unexpected<base::Error>(bars ? windows.error() : bars.error());
  }
  std::string text = LineOf(summary);
  for (const store::Window& window : *windows) {
    text += fmt::format("  whole from {} to before {}\n", base::FormatDate(window.from),
                        base::FormatDate(window.to));
  }
  const std::size_t first = bars->size() > kRowsShown ? bars->size() - kRowsShown : 0;
  for (std::size_t at = first; at < bars->size(); ++at) {
    text += BarLine((*bars)[at]);
  }
  return text;
}

base::Result<std::string> ShowActions(store::Store& store, const std::string& symbol) {
  const auto actions = store::ReadActions(store.connection(), symbol);
  if (!actions) {
    return tl::unexpected<base::Error>(actions.error());
  }
  std::string text;
  for (const store::CorporateAction& action : *actions) {
    text += fmt::format("  {} with factor {} on prices up to {}\n",
                        action.kind == store::ActionKind::kSplit ? "split" : "dividend",
                        action.factor.ToString(), base::FormatDate(action.through));
  }
  return text.empty() ? text : "corporate actions\n" + text;
}

base::Result<std::string> ShowFacts(store::Store& store, const std::string& symbol,
                                    base::UnixNanos now) {
  const auto facts = store::FundamentalsAsOf(store.connection(), symbol, now);
  if (!facts) {
    return tl::unexpected<base::Error>(facts.error());
  }
  std::string text = facts->empty() ? "" : "fundamentals\n";
  for (const store::Fundamental& fact : *facts) {
    text += fmt::format("  {} {} for {}, known since {}\n", fact.metric, fact.value,
                        base::FormatDate(fact.period_end), base::FormatDate(fact.known_at));
  }
  return text;
}

base::Result<std::string> ShowShorts(store::Store& store, const std::string& symbol,
                                     base::UnixNanos now) {
  const auto rows = store::ShortInterestAsOf(store.connection(), symbol, now);
  if (!rows) {
    return tl::unexpected<base::Error>(rows.error());
  }
  std::string text = rows->empty() ? "" : "short interest\n";
  for (const store::ShortInterest& row : *rows) {
    text += fmt::format("  {}: {} shares{}\n", base::FormatDate(row.settled), row.shares,
                        row.is_revised ? " (revised)" : "");
  }
  return text;
}

std::string Amount(const std::optional<base::Decimal>& amount) {
  return amount ? amount->ToString() : "?";
}

base::Result<std::string> ShowInsiders(store::Store& store, const std::string& symbol) {
  const auto rows = store::InsidersOf(store.connection(), symbol);
  if (!rows) {
    return tl::unexpected<base::Error>(rows.error());
  }
  std::string text = rows->empty() ? "" : "insiders' transactions\n";
  for (const store::InsiderTransaction& row : *rows) {
    text += fmt::format("  {} {} {} {} shares at {} by {}\n", base::FormatDate(row.traded),
                        row.code, row.is_acquired ? "acquired" : "disposed of", Amount(row.shares),
                        Amount(row.price), row.owner_name);
  }
  return text;
}

base::Result<std::vector<store::Finding>> FindingsOf(store::Store& store,
                                                     const store::Series& series,
                                                     const calendar::ExchangeCalendar& calendar) {
  const auto bars = store::ReadBars(store.connection(), series, store::kAllTime);
  const auto actions = store::ReadActions(store.connection(), series.symbol);
  if (!bars || !actions) {
    return tl::unexpected<base::Error>(bars ? actions.error() : bars.error());
  }
  auto findings = store::CheckFuture(*bars, base::WallNow());
  std::ranges::move(series.span == store::Span::kDay ? store::CheckDays(*bars, *actions, calendar)
                                                     : store::CheckMinutes(*bars),
                    std::back_inserter(findings));
  return findings;
}

base::Result<std::vector<store::SeriesSummary>> SeriesOf(store::Store& store,
                                                         const std::vector<std::string>& symbols) {
  if (symbols.empty()) {
    return store::Summaries(store.connection());
  }
  std::vector<store::SeriesSummary> all;
  for (const std::string& symbol : symbols) {
    auto some = store::Summaries(store.connection(), symbol);
    if (!some) {
      return some;
    }
    if (some->empty()) {
      return base::Fail(base::ErrorCode::kNotFound, store.place() + ": no bars of " + symbol);
    }
    all.insert(all.end(), some->begin(), some->end());
  }
  return all;
}

}  // namespace

base::Result<std::string> ShowAll(store::Store& store) {
  const auto summaries = store::Summaries(store.connection());
  if (!summaries) {
    return tl::unexpected<base::Error>(summaries.error());
  }
  std::string text;
  for (const store::SeriesSummary& summary : *summaries) {
    text += LineOf(summary);
  }
  return text + fmt::format("{} series in {}\n", summaries->size(), store.place());
}

base::Result<std::string> ShowSymbol(store::Store& store, const std::string& symbol,
                                     base::UnixNanos now) {
  const auto summaries = store::Summaries(store.connection(), symbol);
  if (!summaries) {
    return tl::unexpected<base::Error>(summaries.error());
  }
  std::string text;
  for (const store::SeriesSummary& summary : *summaries) {
    auto series = ShowSeries(store, summary);
    if (!series) {
      return series;
    }
    text += *series;
  }
  for (const auto& part : {ShowActions(store, symbol), ShowFacts(store, symbol, now),
                           ShowShorts(store, symbol, now), ShowInsiders(store, symbol)}) {
    if (!part) {
      return part;
    }
    text += *part;
  }
  if (text.empty()) {
    return base::Fail(base::ErrorCode::kNotFound,
                      store.place() + ": nothing is known of " + symbol);
  }
  return text;
}

base::Result<CheckReport> CheckSymbols(store::Store& store, const std::vector<std::string>& symbols,
                                       const calendar::ExchangeCalendar& calendar) {
  const auto all = SeriesOf(store, symbols);
  if (!all) {
    return tl::unexpected<base::Error>(all.error());
  }
  CheckReport report;
  std::uint64_t explained = 0;
  for (const store::SeriesSummary& summary : *all) {
    const auto findings = FindingsOf(store, summary.series, calendar);
    if (!findings) {
      return tl::unexpected<base::Error>(findings.error());
    }
    for (const store::Finding& finding : *findings) {
      const bool is_explained = finding.kind == store::FindingKind::kExplainedJump;
      ++(is_explained ? explained : report.findings);
      report.text += fmt::format("{:<12} {:<3} {}  {}: {}\n", summary.series.symbol,
                                 store::NameOf(summary.series.span), base::FormatDate(finding.day),
                                 store::NameOf(finding.kind), finding.text);
    }
  }
  report.text +=
      fmt::format("{} series checked: {} findings, {} jumps explained by corporate actions\n",
                  all->size(), report.findings, explained);
  return report;
}

}  // namespace bulwark::app
