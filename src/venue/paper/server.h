// The paper exchange as a process: sessions on a unix socket, the exchange, its store.
//
// Shape:   one cycle waits for input, reads each ready session once, lets the exchange work,
//          commits what happened in one transaction, and only then lets the answers leave. At most
//          one session trades (the one with the largest fence); the others observe. A session whose
//          answers pile up beyond kUnsentMax is closed: what it missed is in the store, and it will
//          ask.
// Units:   while orders wait for their latency, the exchange's time also moves with our monotonic
//          clock, so that a market without ticks does not hold them.
// Errors:  Create() as Store::Open() and LineSocket::Listen(). DoWork() fails when the store does:
//          the process must stop then, because memory is ahead of the disk; a restart goes on from
//          the disk.
// Threads: one calls DoWork(), which blocks for at most `wait_max`.
// Owner:   owns the socket file while it lives.

#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/decimal.h"
#include "base/result.h"
#include "base/time.h"
#include "venue/paper/exchange.h"
#include "venue/paper/line_socket.h"
#include "venue/paper/market_model.h"
#include "venue/paper/paper_order.h"
#include "venue/paper/protocol.h"
#include "venue/paper/store.h"

namespace bulwark::venue::paper {

constexpr std::size_t kSessionsMax = 16;
constexpr std::size_t kUnsentMax = std::size_t{4} * 1024 * 1024;
constexpr std::size_t kFillsPerAnswer = 1'000;

struct ServerOptions {
  std::filesystem::path socket;
  std::filesystem::path database;
  MarketModel market;
  base::Decimal opening_cash;            // Of a new account; an old one keeps what it has.
  std::vector<OpeningHolding> holdings;  // The same.
};

class Server {
 public:
  static base::Result<std::unique_ptr<Server>> Create(const ServerOptions& options);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  Server(Server&&) = delete;
  Server& operator=(Server&&) = delete;

  // One cycle; answers how many sessions were served.
  base::Result<int> DoWork(base::Nanos wait_max);

  [[nodiscard]] const Exchange& exchange() const { return exchange_; }

 private:
  enum class Role : std::uint8_t { kStranger, kTrader, kObserver };
  struct Session {
    explicit Session(int fd) : socket(fd) {}

    LineSocket socket;
    Role role = Role::kStranger;
    bool is_ending = false;  // Reads no more; is closed once its last words are out.
    bool is_waiting_to_write = false;
  };
  struct RequestHandler;

  struct Parts {
    std::unique_ptr<Store> store;
    ExchangeState state;
    Fence fence;
    int epoll = -1;
    int listener = -1;
  };
  Server(const ServerOptions& options, Parts parts);

  void AcceptSessions();
  base::Result<void> Serve(Session& session);
  base::Result<void> ServeLine(Session& session, std::string_view line);
  base::Result<void> Admit(Session& session, const Fence& fence);
  base::Result<void> ListInstrument(Session& session, const List& list);
  base::Result<void> Deliver();
  base::Result<void> AnswerQuery(Session& session, const model::OrderId& id);
  base::Result<void> AnswerFills(Session& session, std::uint64_t since);
  void AnswerSnapshot(Session& session) const;
  [[nodiscard]] Answer AnswerOf(const Outcome& outcome) const;
  void MoveTime();
  void FlushSessions();
  void WaitToWrite(int fd, Session& session) const;
  static void EndWith(Session& session, base::ErrorCode code, const std::string& text);

  std::filesystem::path socket_path_;
  std::unique_ptr<Store> store_;
  Exchange exchange_;
  Fence fence_;
  int epoll_;
  int listener_;
  std::map<int, std::unique_ptr<Session>> sessions_;  // By descriptor.
  Session* trader_ = nullptr;
  Outcomes outcomes_;
  base::UnixNanos anchor_;   // The exchange's time...
  base::Nanos anchored_at_;  // ...when the monotonic clock showed this.
};

}  // namespace bulwark::venue::paper
