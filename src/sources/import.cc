#include "sources/import.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "market/feeds/replay/line_reader.h"
#include "sources/bar_csv.h"
#include "sources/company_csv.h"
#include "sources/import_document.h"
#include "store/bar_table.h"
#include "store/company_tables.h"
#include "store/rows.h"
#include "store/store.h"
#include "store/universe_table.h"

namespace bulwark::sources {
namespace {

using market::Line;
using market::LineReader;

constexpr std::size_t kBatchRows = 50'000;

// Counts what is taken and what is refused; the path is in front of each problem.
class Progress {
 public:
  explicit Progress(std::string path) : path_(std::move(path)) {}

  void Refuse(const Line& line, const std::string& why) {
    ++report.refused;
    if (report.problems.size() < ImportReport::kProblemsShown) {
      report.problems.push_back(path_ + ":" + std::to_string(line.number) + ": " + why);
    }
  }
  void Take(const std::string& symbol) {
    ++report.rows;
    if (last_symbol_ != symbol) {
      last_symbol_ = symbol;
      symbols_.insert(symbol);
      report.symbols = symbols_.size();
    }
  }

  ImportReport report;

 private:
  std::string path_;
  std::string last_symbol_;
  std::set<std::string> symbols_;
};

// Takes one line; false at the end of the file.
template <class Take>
base::Result<bool> Step(LineReader& lines, Progress& progress, const Take& take) {
  const auto next = lines.Next();
  if (!next) {
    return tl::unexpected<base::Error>(next.error());
  }
  const std::optional<Line> line = *next;
  if (!line) {
    return false;
  }
  if (line->is_too_long) {
    progress.Refuse(*line, "the line is too long");
  } else if (!line->text.empty()) {
    take(*line);
  }
  return true;
}

// Calls `take` for each row, in batches that end with `flush`; stops where it is told to. What came
// before a damage of the file is flushed all the same.
template <class Take, class Flush>
base::Result<void> ForEachRow(LineReader& lines, const ImportOptions& options, Progress& progress,
                              const Take& take, const Flush& flush) {
  ImportReport& report = progress.report;
  base::Result<bool> more = true;
  base::Result<void> flushed;
  while (flushed && more && *more && !report.is_stopped) {
    more = Step(lines, progress, take);
    if ((report.rows + report.refused) % kBatchRows == 0) {
      flushed = flush();
      report.is_stopped = options.is_stopped();
    }
  }
  if (flushed && !report.is_stopped) {
    flushed = flush();
  }
  return !flushed || more ? flushed : tl::unexpected<base::Error>(more.error());
}

template <class Row>
using BySymbol = std::map<std::string, std::vector<Row>>;

template <class Row, class Put>
base::Result<std::int64_t> PutAll(const BySymbol<Row>& rows, const Put& put) {
  std::int64_t changed = 0;
  for (const auto& [symbol, some] : rows) {
    const base::Result<std::int64_t> done = put(symbol, std::span<const Row>(some));
    if (!done) {
      return tl::unexpected<base::Error>(done.error());
    }
    changed += *done;
  }
  return changed;
}

// Writes what waits in one transaction, symbol by symbol.
template <class Row, class Put>
base::Result<void> CommitAll(store::Store& store, BySymbol<Row>& waiting, ImportReport& report,
                             const Put& put) {
  if (waiting.empty()) {
    return {};
  }
  auto transaction = store.Begin();
  if (!transaction) {
    return tl::unexpected<base::Error>(transaction.error());
  }
  const auto changed = PutAll(waiting, put);
  if (!changed) {
    return tl::unexpected<base::Error>(changed.error());
  }
  waiting.clear();
  report.changed += *changed;
  return transaction->Commit();
}

bool IsMidnight(base::UnixNanos at) {
  return at == std::chrono::floor<std::chrono::days>(at);
}

class BarImport {
 public:
  BarImport(store::Store& store, const ImportOptions& options, Progress& progress, BarCsv csv)
      : store_(store), options_(options), progress_(progress), csv_(csv), span_(options.span) {}

  base::Result<void> Run(LineReader& lines) {
    auto done = ForEachRow(
        lines, options_, progress_, [&](const Line& line) { Take(line); }, [&] { return Flush(); });
    if (done && !progress_.report.is_stopped) {
      done = Cover();
    }
    progress_.report.kind = "bars of " + std::string(store::NameOf(SpanNow()));
    return done;
  }

 private:
  // Midnight in the first rows means days; a file of minutes has one at most.
  [[nodiscard]] store::Span SpanNow() const { return span_.value_or(store::Span::kDay); }

  void Take(const Line& line) {
    if (const auto decoded = csv_.Decode(line.text, row_); !decoded) {
      progress_.Refuse(line, decoded.error().message);
      return;
    }
    if (!span_ && !IsMidnight(row_.bar.at)) {
      span_ = store::Span::kMinute;
    } else if (!span_ && has_first_) {
      span_ = store::Span::kDay;
    }
    has_first_ = true;
    if (SpanNow() == store::Span::kDay && !IsMidnight(row_.bar.at)) {
      progress_.Refuse(line, "a bar of a day has the time 00:00:00Z");
      return;
    }
    if (row_.bar.at > options_.now) {
      progress_.Refuse(line, "a bar of the future");
      return;
    }
    progress_.Take(row_.symbol);
    waiting_[row_.symbol].push_back(row_.bar);
  }

  base::Result<void> Flush() {
    for (const auto& [symbol, bars] : waiting_) {
      NoteWindow(symbol, bars);
    }
    return CommitAll(store_, waiting_, progress_.report,
                     [&](const std::string& symbol, std::span<const store::Bar> bars) {
                       return store::PutBars(store_.connection(), SeriesOf(symbol), options_.source,
                                             bars);
                     });
  }

  [[nodiscard]] store::Series SeriesOf(const std::string& symbol) const {
    return {.symbol = symbol, .span = SpanNow()};
  }

  void NoteWindow(const std::string& symbol, const std::vector<store::Bar>& bars) {
    const auto [first, last] = std::ranges::minmax(bars, {}, &store::Bar::at);
    const base::UnixNanos end = last.at + store::LengthOf(SpanNow());
    store::Window& window =
        seen_.try_emplace(symbol, store::Window{.from = first.at, .to = end}).first->second;
    window = {.from = std::min(window.from, first.at), .to = std::max(window.to, end)};
  }

  // Only at the end: a file that was not read to it is not whole.
  base::Result<void> Cover() {
    auto transaction = store_.Begin();
    if (!transaction) {
      return tl::unexpected<base::Error>(transaction.error());
    }
    for (const auto& [symbol, window] : seen_) {
      auto covered = store::AddCoverage(store_.connection(), SeriesOf(symbol), window);
      if (!covered) {
        return covered;
      }
    }
    return transaction->Commit();
  }

  store::Store& store_;
  const ImportOptions& options_;
  Progress& progress_;
  BarCsv csv_;
  std::optional<store::Span> span_;
  bool has_first_ = false;
  SymbolBar row_;
  BySymbol<store::Bar> waiting_;
  std::map<std::string, store::Window> seen_;
};

base::Result<void> ImportBars(store::Store& store, LineReader& lines, std::string_view header,
                              const ImportOptions& options, Progress& progress) {
  auto csv = BarCsv::FromHeader(header);
  if (!csv) {
    return tl::unexpected<base::Error>(csv.error());
  }
  return BarImport(store, options, progress, *csv).Run(lines);
}

base::Result<void> ImportActions(store::Store& store, LineReader& lines, std::string_view header,
                                 const ImportOptions& options, Progress& progress) {
  progress.report.kind = "corporate actions";
  CompanyCsv csv(header);
  BySymbol<store::CorporateAction> waiting;
  const auto take = [&](const Line& line) {
    const auto row = csv.Action(line.text);
    if (!row) {
      progress.Refuse(line, row.error().message);
      return;
    }
    progress.Take(row->symbol);
    waiting[row->symbol].push_back(row->action);
  };
  return ForEachRow(lines, options, progress, take, [&] {
    return CommitAll(store, waiting, progress.report,
                     [&](const std::string& symbol, std::span<const store::CorporateAction> rows) {
                       return store::PutActions(store.connection(), symbol, options.source, rows);
                     });
  });
}

base::Result<void> ImportFundamentals(store::Store& store, LineReader& lines,
                                      std::string_view header, const ImportOptions& options,
                                      Progress& progress) {
  progress.report.kind = "fundamentals";
  CompanyCsv csv(header);
  BySymbol<store::Fundamental> waiting;
  const auto take = [&](const Line& line) {
    const auto row = csv.Fundamentals(line.text);
    if (!row) {
      progress.Refuse(line, row.error().message);
      return;
    }
    progress.Take(row->symbol);
    auto& facts = waiting[row->symbol];
    facts.insert(facts.end(), row->facts.begin(), row->facts.end());
  };
  return ForEachRow(lines, options, progress, take, [&] {
    return CommitAll(store, waiting, progress.report,
                     [&](const std::string& symbol, std::span<const store::Fundamental> rows) {
                       return store::PutFundamentals(store.connection(), symbol, options.source,
                                                     rows);
                     });
  });
}

// One list is one day's truth, so it is taken whole or not at all.
base::Result<void> ImportMembers(store::Store& store, LineReader& lines, std::string_view header,
                                 const ImportOptions& options, Progress& progress) {
  progress.report.kind = "members of " + options.universe;
  CompanyCsv csv(header);
  std::vector<store::Member> members;
  const auto take = [&](const Line& line) {
    const auto member = csv.Member(line.text);
    if (!member) {
      progress.Refuse(line, member.error().message);
      return;
    }
    progress.Take(member->symbol);
    members.push_back(*member);
  };
  auto read = ForEachRow(lines, options, progress, take, [] { return base::Result<void>(); });
  if (!read || progress.report.is_stopped) {
    return read;
  }
  if (progress.report.refused > 0) {
    return base::Fail(base::ErrorCode::kCorrupt, "a list of members is taken whole, and " +
                                                     std::to_string(progress.report.refused) +
                                                     " lines cannot be read, first " +
                                                     progress.report.problems.front());
  }
  auto transaction = store.Begin();
  if (!transaction) {
    return tl::unexpected<base::Error>(transaction.error());
  }
  const auto changes =
      store::PutMembers(store.connection(), options.universe, options.today, members);
  if (!changes) {
    return tl::unexpected<base::Error>(changes.error());
  }
  progress.report.changed = changes->joined + changes->left;
  return transaction->Commit();
}

base::Result<void> ImportLines(store::Store& store, LineReader& lines, const std::string& header,
                               const ImportOptions& options, Progress& progress) {
  switch (KindOf(header)) {
    case FileKind::kBars:
      return ImportBars(store, lines, header, options, progress);
    case FileKind::kActions:
      return ImportActions(store, lines, header, options, progress);
    case FileKind::kFundamentals:
      return ImportFundamentals(store, lines, header, options, progress);
    case FileKind::kMembers:
      return ImportMembers(store, lines, header, options, progress);
    default:
      break;
  }
  const auto body = ReadWhole(lines);
  if (!body) {
    return tl::unexpected<base::Error>(body.error());
  }
  auto transaction = store.Begin();
  if (!transaction) {
    return tl::unexpected<base::Error>(transaction.error());
  }
  auto done = ImportDocument(store.connection(), *body, lines.path(), options, progress.report);
  return done ? transaction->Commit() : done;
}

}  // namespace

base::Result<ImportReport> ImportFile(store::Store& store, const std::string& path,
                                      const ImportOptions& options) {
  auto lines = LineReader::Open(path);
  if (!lines) {
    return tl::unexpected<base::Error>(lines.error());
  }
  const auto first = lines->Next();
  if (!first) {
    return tl::unexpected<base::Error>(first.error());
  }
  const std::optional<Line> line = *first;
  if (!line) {
    return base::Fail(base::ErrorCode::kInvalidArgument, path + ": the file is empty");
  }
  const std::string header(line->text);
  Progress progress(path);
  if (const auto done = ImportLines(store, *lines, header, options, progress); !done) {
    const std::string& message = done.error().message;
    return message.starts_with(path) ? base::Result<ImportReport>(tl::unexpected(done.error()))
                                     : base::FailWith(path, done.error());
  }
  return progress.report;
}

}  // namespace bulwark::sources
