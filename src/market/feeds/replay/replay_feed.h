// Plays a recording: trades or bars in CSV, or raw Binance frames; plain or zstd.
//
// Shape:   the file's order is kept. A row whose time is more than `time_back_max` before the
//          latest of its own instrument is late and skipped; instruments do not have to agree, so a
//          file grouped by symbol plays one after the other. With `is_looping` the file starts
//          again at its end, all times shifted so that they go on after the latest one. A bar's
//          event time is its close.
// Units:   times as recorded, plus the shift.
// Errors:  Open(): as ReplaySource. A bad row (unreadable, unknown symbol, late) is skipped,
//          counted and told in health().problems; Next() fails with kCorrupt when a pass has more
//          than kBadRowsMax of them, or, after kShareRowsMin rows, more than one in ten, or when a
//          pass ends without an event. A truncated file fails after its last whole line.
// Threads: one thread; reads the disk.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "market/feed.h"
#include "market/feeds/replay/line_reader.h"
#include "market/feeds/replay/replay_source.h"
#include "market/feeds/replay/row_decoder.h"
#include "model/instrument.h"
#include "model/market_data.h"

namespace bulwark::market {

// Which end of its interval a bar's timestamp names. Crypto venues label the start, Alpha Vantage
// the end.
enum class BarLabel : std::uint8_t { kStart, kEnd };

class ReplayFeed final : public Feed {
 public:
  static constexpr std::uint64_t kBadRowsMax = 1'000;
  static constexpr std::uint64_t kShareRowsMin = 200;

  struct Options {
    std::string path;
    bool is_looping = false;
    base::Nanos time_back_max = std::chrono::seconds{1};
    BarLabel bar_label = BarLabel::kStart;
  };

  // Copies the table; symbols outside it are bad rows (see PrepareInstruments()).
  static base::Result<std::unique_ptr<ReplayFeed>> Open(const Options& options,
                                                        const model::InstrumentTable& instruments);

  base::Result<std::optional<model::MarketEvent>> Next() override;

  [[nodiscard]] const FeedHealth& health() const override { return health_; }

 private:
  // One way through the file.
  struct Pass {
    std::uint64_t rows = 0;
    std::uint64_t bad = 0;
    std::uint64_t events = 0;
    base::UnixNanos first_at = base::UnixNanos::max();
    base::UnixNanos last_at = base::UnixNanos::min();
  };
  using MaybeEvent = std::optional<model::MarketEvent>;

  ReplayFeed(const Options& options, const model::InstrumentTable& instruments, ReplaySource source,
             base::Nanos bar_interval);

  base::Result<MaybeEvent> NextOrFail();
  base::Result<MaybeEvent> OnLine(const Line& line);
  base::Result<MaybeEvent> OnTick(const Line& line, const TickRow& row);
  base::Result<MaybeEvent> OnBar(const Line& line, const BarRow& row);
  base::Result<MaybeEvent> OnBadRow(const Line& line, const std::string& what);
  // The row's instrument, if it is known and `at` is in order for it; else a bad row's message.
  base::Result<model::InstrumentId> Admit(std::string_view symbol, base::UnixNanos at);
  // At the end of the file: fails if nothing was played, else tells whether it goes on.
  base::Result<bool> EndPass();
  base::Result<bool> StartAgain();

  Options options_;
  model::InstrumentTable instruments_;
  ReplaySource source_;
  base::Nanos bar_interval_;
  FeedHealth health_;
  Pass pass_;
  std::vector<std::optional<base::UnixNanos>>
      latest_;  // Of each instrument in this pass, unshifted.
  base::Nanos shift_{0};
  std::optional<model::InstrumentId> last_instrument_;  // The next row is mostly of the same one.
  bool is_ended_ = false;
  std::optional<base::Error> failure_;
};

}  // namespace bulwark::market
