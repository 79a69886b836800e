// An HTTP/1.1 and WebSocket server: handlers for paths, and one stream of frames to all sockets.
//
// Shape:   one thread serves all connections; handlers and welcomes run on a few worker threads, so
//          that a slow handler delays only its own client. One frame is encoded once and shared by
//          all clients.
// Errors:  Listen() fails with kConflict or kUnavailable and names address:port. Clients that send
//          too much, too slowly or nonsense get 400, 408, 413, 421, 426, 431 or a WebSocket close
//          code.
// Threads: Listen(), Run() and the destructor by the owner; Broadcast() and counters() by any
//          thread. `welcome` and handlers run on worker threads, `reply` on the server's thread: it
//          must not block.
// Owner:   what handlers refer to must outlive the server. The destructor closes clients with 1001.

#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "net/origin.h"
#include "net/router.h"

namespace bulwark::net {

using Frame = std::shared_ptr<const std::string>;  // Text, valid UTF-8.

enum class SlowClient : std::uint8_t {
  // The client misses frames and is told by nobody: for streams with a periodic truth.
  kDropOldest,
  kDisconnect,  // Close code 1013; the client comes back and gets a fresh welcome.
};

struct WsOptions {
  std::string path = "/ws";
  std::size_t message_bytes_max = 4096;  // From the client. More closes with 1009.
  std::size_t queue_frames_max = 256;    // Waiting for one client.
  std::size_t queue_bytes_max = std::size_t{4} * 1024 * 1024;
  SlowClient slow_client = SlowClient::kDropOldest;
  base::Nanos idle = std::chrono::seconds{30};  // Pings after half of it, closes after all of it.
  std::function<std::vector<Frame>()> welcome = {};  // First frames of each client.
  std::function<std::optional<std::string>(std::string_view)> reply = {};  // To a client's text.
};

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  // 0: any free one.
  OriginPolicy origins = {};
  std::uint32_t header_bytes_max = 8192;
  std::size_t body_bytes_max = 16384;
  std::size_t connections_max = 256;
  base::Nanos idle = std::chrono::seconds{30};  // For a whole request to arrive or leave.
  std::size_t workers = 2;
  WsOptions ws = {};
};

struct Counters {
  std::atomic<std::uint64_t> connections = 0;  // Open now.
  std::atomic<std::uint64_t> connections_refused = 0;
  std::atomic<std::uint64_t> requests = 0;
  std::atomic<std::uint64_t> requests_refused = 0;  // Before any handler saw them.
  std::atomic<std::uint64_t> ws_clients = 0;        // Open now.
  std::atomic<std::uint64_t> frames_sent = 0;
  std::atomic<std::uint64_t> frames_dropped = 0;
  std::atomic<std::uint64_t> slow_disconnects = 0;
};

class Server {
 public:
  // Takes the address. Clients may connect from now on; they are answered after Run().
  static base::Result<std::unique_ptr<Server>> Listen(ServerOptions options);
  // Requires: called once.
  void Run(Router router);

  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  Server(Server&&) = delete;
  Server& operator=(Server&&) = delete;

  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] const Counters& counters() const;

  // Queues the frame for every WebSocket client. Drops it, counted, when the server's own thread is
  // more than 1,024 frames behind.
  void Broadcast(Frame frame);

 private:
  class Impl;
  explicit Server(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace bulwark::net
