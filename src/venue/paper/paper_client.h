// The venue interface spoken to the paper exchange's process.
//
//   kDown --dial, HELLO--> kGreeting --WELCOME, LIST, FILLS--> kCatchingUp --QUERY.., PONG--> kUp
//     ^-------------------- lost, silent, nonsense ---------------------------------------------|
//   kFenced: a newer run holds the account; for ever.
//
// Shape:   an order is in flight from Send() until it has ended. After each greeting the client
//          first gets the fills it missed, then asks for every order in flight, and says VenueLink
//          up only when all that is answered. An order the venue does not know then is reported as
//          OrderNotSent: the session that carried it is fenced, so its bytes will never be read.
//          An order leaves whole when it is sent, or never: nothing of it waits here, so that what
//          was closed after Send() stays closed. Cancels may wait to leave, in kCancelBacklogMax
//          bytes. Ticks take at most a quarter of what the socket holds: orders find the rest.
// Units:   commands carry the newest time of any tick or order seen here: the exchange counts its
//          latency in that time.
// Errors:  as venue.h; kInvalidArgument when the venue refuses an instrument's steps. A venue that
//          is silent for call_timeout counts as lost.
// Threads: as venue.h. Reports wait in a queue; ticks are dropped while the venue does not read.

#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/decimal.h"
#include "base/result.h"
#include "base/time.h"
#include "model/action.h"
#include "model/fill.h"
#include "model/instrument.h"
#include "model/market_data.h"
#include "model/order.h"
#include "model/venue_report.h"
#include "venue/paper/line_socket.h"
#include "venue/paper/protocol.h"
#include "venue/venue.h"

namespace bulwark::venue::paper {

constexpr std::size_t kCancelBacklogMax = std::size_t{256} * 1024;
constexpr std::size_t kInFlightMax = 10'000;

struct PaperClientOptions {
  std::filesystem::path socket;
  bool is_observer = false;  // Asks only: fences nobody, sends nothing, ignores the epoch.
  base::Nanos call_timeout = std::chrono::seconds{1};
  base::Nanos backoff_min = std::chrono::milliseconds{10};
  base::Nanos backoff_max = std::chrono::seconds{1};
};

class PaperClient final : public Venue {
 public:
  // `instruments` is copied.
  PaperClient(PaperClientOptions options, const model::InstrumentTable& instruments);
  ~PaperClient() override;
  PaperClient(const PaperClient&) = delete;
  PaperClient& operator=(const PaperClient&) = delete;
  PaperClient(PaperClient&&) = delete;
  PaperClient& operator=(PaperClient&&) = delete;

  // Waits up to call_timeout for the venue to appear and to answer. May be called again after a
  // failure.
  base::Result<void> Connect(std::uint64_t epoch) override;
  SendOutcome Send(const model::Order& order) override;
  SendOutcome Cancel(const model::SendCancel& cancel) override;
  void PublishTick(const model::Tick& tick) override;
  int Poll(const ReportSink& sink) override;

  base::Result<AccountSnapshot> Snapshot() override;
  base::Result<std::vector<model::Fill>> FillsSince(std::uint64_t sequence) override;
  base::Result<VenueOrder> QueryOrder(const model::OrderId& id) override;
  [[nodiscard]] bool Ask(const Inquiry& inquiry) override;
  std::optional<Finding> TakeFinding() override;

  [[nodiscard]] bool is_connected() const override { return state_ == State::kUp; }
  [[nodiscard]] std::uint64_t dropped_ticks() const override { return dropped_ticks_; }
  // A newer run holds the account: this client will not connect again.
  [[nodiscard]] bool is_fenced() const { return state_ == State::kFenced; }
  // Orders the venue said it had seen before. Anything but 0 is a bug of ours.
  [[nodiscard]] std::uint64_t duplicates() const { return duplicates_; }

 private:
  enum class State : std::uint8_t { kIdle, kDown, kGreeting, kCatchingUp, kUp, kFenced };
  struct InFlight {
    base::Decimal missing;  // Until it is filled; zero when not known (an order of an earlier run).
    bool is_cancel_wanted = false;
  };
  struct AnswerHandler;
  // What a question collects; answers that belong to it are not reported.
  struct Question {
    std::optional<model::OrderId> order_id;  // QUERY
    std::optional<VenueOrder> order;
    bool is_snapshot = false;
    AccountSnapshot snapshot;
    bool is_fills = false;
    std::vector<model::Fill> fills;
    FillsDone fills_done;
    bool is_done = false;
    bool is_lost = false;  // The link went before the answer came.
    base::Nanos deadline{};
    std::size_t reports_before = 0;  // Reports that came before the answer and wait for Poll().
  };

  void Dial();
  void LinkLost(const std::string& reason);
  void Fenced(const std::string& reason);
  void MoveBytes();
  void ReadLines();
  void WatchSilence();
  void HandleLine(std::string_view line);
  void AskForEverything();
  void AskForOrders();
  void LearnFill(const FillLine& line);
  void LearnOrder(const VenueOrder& order);
  void LearnCaughtUp();
  void Write(const Request& request);
  void LearnEnd(const model::OrderEnded& ended);
  base::Result<void> AskAndWait(const Request& request, Question& question);
  void WatchInquiry();
  void Answered(Question& question);
  [[nodiscard]] bool IsFindingReady() const;
  void WaitForBytes(base::Nanos wait_max) const;
  void Report(const model::VenueReport& report) { reports_.push_back(report); }
  [[nodiscard]] bool CanTrade() const;
  void MakeRoomForTicks();
  bool ReadOnce();
  void FlushOrLose();

  PaperClientOptions options_;
  model::InstrumentTable instruments_;
  State state_ = State::kIdle;
  Fence fence_;
  std::unique_ptr<LineSocket> socket_;
  std::map<model::OrderId, InFlight> in_flight_;  // In order, so that questions repeat alike.
  std::deque<model::VenueReport> reports_;
  Question* question_ = nullptr;                // The open one, of a blocking call or `inquiry_`.
  std::optional<Question> inquiry_;             // Of Ask(), until its answer is taken.
  std::optional<std::uint64_t> last_sequence_;  // Empty before the first WELCOME.
  base::UnixNanos newest_;
  std::string order_line_;        // Kept for its memory.
  std::size_t tick_room_ = 0;     // Bytes of ticks that may be written before the next look.
  bool is_history_read_ = false;  // Of this session: ends may be told, their fills have been.
  base::Nanos next_dial_{};
  base::Nanos backoff_{};
  base::Nanos deadline_{};  // Of greeting and catching up.
  base::Nanos heard_at_{};  // The last bytes from the venue.
  base::Nanos pinged_at_{};
  std::uint64_t ping_token_ = 0;
  base::Error last_error_{base::ErrorCode::kUnavailable, "never connected"};
  std::uint64_t dropped_ticks_ = 0;
  std::uint64_t duplicates_ = 0;
};

}  // namespace bulwark::venue::paper
