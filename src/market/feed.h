// Where market data comes from: a source that is asked for its next event.
//
// Shape:   events in the order of the source, event_at set, received_at left empty: the thread that
//          releases an event to the engine stamps it. Pacing is not the feed's work
//          (market/pacer.h).
// Errors:  Next() fails when the source is lost or hopeless; single bad rows are skipped, counted
//          and remembered in health(). An empty answer is the end of the data. After a failure or
//          the end Next() repeats its answer.
// Threads: one thread. Next() of a file feed reads from disk and may allocate; it never sleeps.
// Owner:   the feed owns its file and its buffers; an event is a copy.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/market_data.h"

namespace bulwark::market {

// What a feed has met so far. `problems` keeps the first few bad rows in words for people,
// each with its place ("trades.csv:17: price 'nan' is not a number").
struct FeedHealth {
  static constexpr std::size_t kProblemsMax = 20;

  std::uint64_t rows_read = 0;     // Lines with content, without the header.
  std::uint64_t events = 0;        // Delivered.
  std::uint64_t rows_bad = 0;      // Skipped because of what they hold.
  std::uint64_t rows_late = 0;     // The part of rows_bad that went back in time.
  std::uint64_t rows_ignored = 0;  // Sound, but of a kind that this feed does not deliver.
  std::uint64_t loops = 0;         // Times the feed has started again from its beginning.
  std::vector<std::string> problems;
};

class Feed {
 public:
  Feed() = default;
  virtual ~Feed() = default;
  Feed(const Feed&) = delete;
  Feed& operator=(const Feed&) = delete;
  Feed(Feed&&) = delete;
  Feed& operator=(Feed&&) = delete;

  // The next event; empty at the end of the data.
  virtual base::Result<std::optional<model::MarketEvent>> Next() = 0;

  [[nodiscard]] virtual const FeedHealth& health() const = 0;
};

}  // namespace bulwark::market
