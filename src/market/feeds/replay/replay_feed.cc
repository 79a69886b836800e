#include "market/feeds/replay/replay_feed.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "base/iso_time.h"
#include "base/result.h"
#include "base/time.h"
#include "market/feed.h"
#include "market/feeds/replay/line_reader.h"
#include "market/feeds/replay/replay_scan.h"
#include "market/feeds/replay/replay_source.h"
#include "market/feeds/replay/row_decoder.h"
#include "model/instrument.h"
#include "model/market_data.h"

namespace bulwark::market {
namespace {

// The latest time that a looping recording may reach: the year 2250, safely inside 64 bits.
constexpr base::UnixNanos kLatest{std::chrono::seconds{8'835'980'400}};

std::string Iso(base::UnixNanos at) {
  return base::FormatIso(at, base::IsoSuffix::kZulu);
}

}  // namespace

base::Result<std::unique_ptr<ReplayFeed>> ReplayFeed::Open(
    const Options& options, const model::InstrumentTable& instruments) {
  const base::Result<ReplayScan> scan = ScanReplay(options.path);
  if (!scan) {
    return tl::unexpected(scan.error());
  }
  base::Result<ReplaySource> source = ReplaySource::Open(options.path);
  if (!source) {
    return tl::unexpected(source.error());
  }
  return std::unique_ptr<ReplayFeed>(
      new ReplayFeed(options, instruments, std::move(*source), scan->bar_interval));
}

ReplayFeed::ReplayFeed(const Options& options, const model::InstrumentTable& instruments,
                       ReplaySource source, base::Nanos bar_interval)
    : options_(options),
      instruments_(instruments),
      source_(std::move(source)),
      bar_interval_(bar_interval),
      latest_(instruments.size()) {}

base::Result<std::optional<model::MarketEvent>> ReplayFeed::Next() {
  if (failure_) {
    return tl::unexpected(*failure_);
  }
  if (is_ended_) {
    return MaybeEvent();
  }
  base::Result<MaybeEvent> event = NextOrFail();
  if (!event) {
    failure_ = event.error();
  } else if (!*event) {
    is_ended_ = true;
  } else {
    ++health_.events;
    ++pass_.events;
  }
  return event;
}

base::Result<ReplayFeed::MaybeEvent> ReplayFeed::NextOrFail() {
  for (;;) {
    const base::Result<std::optional<Line>> read = source_.NextLine();
    if (!read) {
      return tl::unexpected(read.error());
    }
    const std::optional<Line>& line = *read;
    base::Result<MaybeEvent> event = line ? OnLine(*line) : base::Result<MaybeEvent>();
    if (!event || event->has_value()) {
      return event;
    }
    if (line) {
      continue;
    }
    const base::Result<bool> goes_on = EndPass();
    if (!goes_on) {
      return tl::unexpected(goes_on.error());
    }
    if (!*goes_on) {
      return MaybeEvent();
    }
  }
}

base::Result<bool> ReplayFeed::EndPass() {
  if (pass_.events == 0) {
    return base::Fail(base::ErrorCode::kCorrupt,
                      source_.path() + ": nothing to play in " + std::to_string(pass_.rows) +
                          " rows, " + std::to_string(pass_.bad) + " of them bad" +
                          (health_.problems.empty() ? "" : "; first: " + health_.problems[0]));
  }
  return options_.is_looping ? StartAgain() : base::Result<bool>(false);
}

base::Result<ReplayFeed::MaybeEvent> ReplayFeed::OnLine(const Line& line) {
  ++health_.rows_read;
  ++pass_.rows;
  if (line.is_too_long) {
    return OnBadRow(line,
                    "the line is longer than " + std::to_string(LineReader::kLineMax) + " bytes");
  }
  const base::Result<Row> row = source_.decoder().Decode(line.text);
  if (!row) {
    return OnBadRow(line, row.error().message);
  }
  if (const auto* tick = std::get_if<TickRow>(&*row)) {
    return OnTick(line, *tick);
  }
  if (const auto* bar = std::get_if<BarRow>(&*row)) {
    return OnBar(line, *bar);
  }
  ++health_.rows_ignored;
  return MaybeEvent();
}

base::Result<ReplayFeed::MaybeEvent> ReplayFeed::OnTick(const Line& line, const TickRow& row) {
  const base::Result<model::InstrumentId> instrument = Admit(row.symbol, row.at);
  if (!instrument) {
    return OnBadRow(line, instrument.error().message);
  }
  return MaybeEvent(model::Tick{.instrument = *instrument,
                                .side = row.side,
                                .price = row.price,
                                .size = row.size,
                                .event_at = row.at + shift_});
}

base::Result<ReplayFeed::MaybeEvent> ReplayFeed::OnBar(const Line& line, const BarRow& row) {
  const base::UnixNanos open_at =
      options_.bar_label == BarLabel::kStart ? row.at : row.at - bar_interval_;
  const base::UnixNanos close_at = open_at + bar_interval_;
  const base::Result<model::InstrumentId> instrument = Admit(row.symbol, close_at);
  if (!instrument) {
    return OnBadRow(line, instrument.error().message);
  }
  return MaybeEvent(model::Bar{.instrument = *instrument,
                               .open = row.open,
                               .high = row.high,
                               .low = row.low,
                               .close = row.close,
                               .volume = row.volume,
                               .open_at = open_at + shift_,
                               .close_at = close_at + shift_});
}

base::Result<model::InstrumentId> ReplayFeed::Admit(std::string_view symbol, base::UnixNanos at) {
  const bool is_same =
      last_instrument_ && instruments_[*last_instrument_].venue_symbol.view() == symbol;
  const std::optional<model::InstrumentId> found =
      is_same ? last_instrument_ : instruments_.Find(symbol);
  if (!found) {
    return base::Fail(base::ErrorCode::kCorrupt,
                      "symbol " + Shown(symbol) + " is not among the " +
                          std::to_string(instruments_.size()) +
                          " instruments; configure it, since only the first " +
                          std::to_string(kScanRowsMax) + " rows are looked through for symbols");
  }
  last_instrument_ = found;
  std::optional<base::UnixNanos>& latest = latest_.at(found->index);
  if (latest && at < *latest - options_.time_back_max) {
    ++health_.rows_late;
    return base::Fail(base::ErrorCode::kCorrupt, "time " + Iso(at) + " goes back from " +
                                                     Iso(*latest) + " of " + Shown(symbol) +
                                                     "; sort the file by timestamp");
  }
  latest = std::max(latest.value_or(at), at);
  pass_.first_at = std::min(pass_.first_at, at);
  pass_.last_at = std::max(pass_.last_at, at);
  return *found;
}

base::Result<ReplayFeed::MaybeEvent> ReplayFeed::OnBadRow(const Line& line,
                                                          const std::string& what) {
  ++health_.rows_bad;
  ++pass_.bad;
  if (health_.loops == 0 && health_.problems.size() < FeedHealth::kProblemsMax) {
    health_.problems.push_back(source_.Place(line) + ": " + what);
  }
  const bool is_share_over = pass_.rows >= kShareRowsMin && pass_.bad * 10 > pass_.rows;
  if (pass_.bad > kBadRowsMax || is_share_over) {
    return base::Fail(base::ErrorCode::kCorrupt,
                      source_.Place(line) + ": " + std::to_string(pass_.bad) + " of " +
                          std::to_string(pass_.rows) +
                          " rows are bad, too many to go on; this one: " + what +
                          (health_.problems.empty() ? "" : "; first: " + health_.problems[0]));
  }
  return MaybeEvent();
}

base::Result<bool> ReplayFeed::StartAgain() {
  const base::Nanos gap = std::max<base::Nanos>(bar_interval_, std::chrono::seconds{1});
  const base::Nanos span = pass_.last_at - pass_.first_at + gap;
  if (kLatest - pass_.last_at - shift_ < span) {
    return base::Fail(base::ErrorCode::kInvalidArgument,
                      source_.path() + ": looped " + std::to_string(health_.loops) +
                          " times, the next would pass the year 2250");
  }
  shift_ += span;
  ++health_.loops;
  pass_ = Pass();
  std::fill(latest_.begin(), latest_.end(), std::nullopt);
  return source_.Rewind();
}

}  // namespace bulwark::market
