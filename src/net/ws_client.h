// One WebSocket client: a bounded queue of frames to send, and a reader of small messages.
//
// Shape:   Run() accepts the upgrade and lives as long as the connection. Frames pushed before the
//          welcome was read wait behind it, so that a client never sees an event and then an older
//          snapshot.
// Errors:  binary messages close with 1003, invalid UTF-8 with 1007, too big ones with 1009, a full
//          queue as `slow_client` says, silence for `idle` closes the connection.
// Threads: the server's thread only; the welcome itself is made on `workers`.
// Owner:   the coroutine that runs it. `options` and `counters` outlive it.

#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <boost/beast/websocket/stream.hpp>

#include "net/server.h"

namespace bulwark::net {

using UpgradeRequest = boost::beast::http::request<boost::beast::http::string_body>;

class WsClient {
 public:
  WsClient(boost::beast::tcp_stream stream, const WsOptions& options, Counters& counters);

  boost::asio::awaitable<bool> Accept(const UpgradeRequest& request);
  // Requires: Accept() answered true. Returns when the connection is over.
  boost::asio::awaitable<void> Run(boost::asio::any_io_executor workers);

  void Push(const Frame& frame);
  // Sends a close frame once the frame on the wire is out; queued ones are forgotten.
  void Close(boost::beast::websocket::close_reason reason);

 private:
  boost::asio::awaitable<void> Welcome(boost::asio::any_io_executor workers);
  boost::asio::awaitable<void> WriteLoop(boost::asio::any_io_executor workers);
  boost::asio::awaitable<void> ReadLoop();
  void Reply(std::string_view text);
  void DropOldest();

  boost::beast::websocket::stream<boost::beast::tcp_stream> stream_;
  const WsOptions& options_;
  Counters& counters_;
  boost::asio::steady_timer wake_;  // Never expires; cancelled when the queue or the state changed.
  std::deque<Frame> queue_;
  std::size_t queue_bytes_ = 0;
  bool is_closing_ = false;
  boost::beast::websocket::close_reason reason_;
};

}  // namespace bulwark::net
