// The line protocol between the paper exchange and its clients, over a unix socket.
//
//   client                                                        venue
//   HELLO <epoch> <session>                                       WELCOME <epoch> <session> <last
//   sequence> OBSERVE                                                       OBSERVING <last
//   sequence> LIST <symbol> <tick> <lot> <min notional>                     LISTED <symbol>
//   TICK <symbol> <BUY|SELL> <price> <size> <event> <received>    (nothing)
//   NEW <id> <symbol> <side> <type> <time> <quantity>             ACCEPTED <id> <venue id> <at>
//       <limit|-> <REDUCE|-> <at>                                 or ENDED or DUPLICATE <id>
//   CANCEL <id> <at>                                              ENDED or NOCANCEL <id> <at>
//   <reason> QUERY <id>                                                    ORDER <id> <status>
//   <venue id|-> <filled> <reason|-> SNAPSHOT
//   ACCOUNT .. POSITION .. WORKING .. DONE SNAPSHOT FILLS <since>
//   PAST .. DONE FILLS <last> <MORE|END> PING <token>
//   PONG <token> at any time                                                   FILL, ENDED; ERROR
//   <CODE> <text>, then the end
//
// Shape:   fields are separated by one blank, a line ends with \n and has at most kLineMax bytes
//          with it. (epoch, session) is the fence: a larger pair closes the session that holds the
//          account without reading what it still sent; a pair that is not larger is refused.
//          OBSERVE only reads, and fences nobody. The venue answers one session's questions in
//          order; reports come between them.
// Units:   decimals as text; times in nanoseconds since the epoch; sequences count fills from 1.
// Errors:  a line that is not exactly one of these is kInvalidArgument naming the field; the venue
//          answers it with ERROR and ends the session: a peer that speaks nonsense is not obeyed.
// Threads: any. Append() allocates only while the text grows; parsing allocates only on errors.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "base/decimal.h"
#include "base/result.h"
#include "base/time.h"
#include "model/fill.h"
#include "model/instrument.h"
#include "model/market_data.h"
#include "model/order.h"
#include "model/venue_report.h"
#include "venue/paper/paper_order.h"
#include "venue/venue.h"

namespace bulwark::venue::paper {

constexpr std::size_t kLineMax = 512;

struct Fence {
  std::uint64_t epoch = 0;
  std::uint64_t session = 0;

  friend constexpr auto operator<=>(const Fence&, const Fence&) = default;
};

struct Hello {
  Fence fence;
};
struct Observe {};
struct List {
  model::Symbol symbol;
  base::Decimal tick_size;
  base::Decimal lot_size;
  base::Decimal min_notional;
};
struct TickLine {
  model::Symbol symbol;
  model::Tick tick;  // Its instrument is not set.
};
struct CancelLine {
  model::OrderId id;
  base::UnixNanos at;
};
struct QueryLine {
  model::OrderId id;
};
struct SnapshotLine {};
struct FillsLine {
  std::uint64_t since = 0;
};
struct Ping {
  std::uint64_t token = 0;
};
using Request = std::variant<Hello, Observe, List, TickLine, Submission, CancelLine, QueryLine,
                             SnapshotLine, FillsLine, Ping>;

struct Welcome {
  Fence fence;
  std::uint64_t last_sequence = 0;
};
struct Observing {
  std::uint64_t last_sequence = 0;
};
struct Listed {
  model::Symbol symbol;
};
struct FillLine {
  bool is_past = false;  // An answer to FILLS, not news.
  model::Symbol symbol;
  model::Fill fill;  // Its instrument is not set.
  model::VenueOrderId venue_order_id;
};
struct DuplicateLine {
  model::OrderId id;
};
struct AccountLine {
  base::Decimal cash;
  base::Decimal opening_cash;
  std::uint64_t last_sequence = 0;
  std::uint64_t orders_seen = 0;
  std::uint64_t duplicates = 0;
};
struct PositionLine {
  model::Symbol symbol;
  base::Decimal quantity;
};
struct SnapshotDone {};
struct FillsDone {
  std::uint64_t last = 0;
  bool has_more = false;
};
struct Pong {
  std::uint64_t token = 0;
};
struct ErrorLine {
  base::ErrorCode code = base::ErrorCode::kInvalidArgument;
  std::string text;
};
using Answer =
    std::variant<Welcome, Observing, Listed, model::OrderAccepted, FillLine, model::OrderEnded,
                 DuplicateLine, model::CancelRejected, VenueOrder, AccountLine, PositionLine,
                 WorkingOrder, SnapshotDone, FillsDone, Pong, ErrorLine>;

// `line` is without its \n.
base::Result<Request> ParseRequest(std::string_view line);
base::Result<Answer> ParseAnswer(std::string_view line);

// Append one line with its \n.
void Append(const Request& request, std::string& out);
void Append(const Answer& answer, std::string& out);
// The same for the one line that is sent 100,000 times a second.
void AppendTick(std::string_view symbol, const model::Tick& tick, std::string& out);

std::string_view StatusName(VenueOrderStatus status);

}  // namespace bulwark::venue::paper
