#include "net/ws_client.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/stream_traits.hpp>
#include <boost/beast/websocket.hpp>

#include "net/server.h"

namespace bulwark::net {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;

constexpr auto kAwaitTuple = asio::as_tuple(asio::use_awaitable);

}  // namespace

WsClient::WsClient(beast::tcp_stream stream, const WsOptions& options, Counters& counters)
    : stream_(std::move(stream)),
      options_(options),
      counters_(counters),
      wake_(stream_.get_executor(), asio::steady_timer::time_point::max()) {}

asio::awaitable<bool> WsClient::Accept(const UpgradeRequest& request) {
  beast::get_lowest_layer(stream_).expires_never();  // The WebSocket layer has its own time-outs.
  stream_.set_option(websocket::stream_base::timeout{
      .handshake_timeout = std::chrono::seconds{10},
      .idle_timeout = std::chrono::duration_cast<std::chrono::milliseconds>(options_.idle),
      .keep_alive_pings = true});
  stream_.read_message_max(options_.message_bytes_max);
  stream_.text(true);
  const auto [error] = co_await stream_.async_accept(request, kAwaitTuple);
  co_return !error;
}

asio::awaitable<void> WsClient::Run(asio::any_io_executor workers) {
  using asio::experimental::awaitable_operators::operator&&;
  co_await (ReadLoop() && WriteLoop(std::move(workers)));
}

void WsClient::DropOldest() {
  queue_bytes_ -= queue_.front()->size();
  queue_.pop_front();
  ++counters_.frames_dropped;
}

void WsClient::Push(const Frame& frame) {
  if (is_closing_) {
    return;
  }
  queue_.push_back(frame);
  queue_bytes_ += frame->size();
  while (queue_.size() > options_.queue_frames_max || queue_bytes_ > options_.queue_bytes_max) {
    DropOldest();
    if (options_.slow_client == SlowClient::kDisconnect) {
      ++counters_.slow_disconnects;
      Close({websocket::close_code::try_again_later, "too slow"});
      return;
    }
  }
  wake_.cancel();
}

void WsClient::Close(websocket::close_reason reason) {
  if (is_closing_) {
    return;
  }
  counters_.frames_dropped += queue_.size();
  queue_.clear();
  queue_bytes_ = 0;
  is_closing_ = true;
  reason_ = std::move(reason);
  wake_.cancel();
}

asio::awaitable<void> WsClient::Welcome(asio::any_io_executor workers) {
  if (!options_.welcome) {
    co_return;
  }
  const auto make = [](const WsOptions& options) -> asio::awaitable<std::vector<Frame>> {
    co_return options.welcome();
  };
  const std::vector<Frame> frames =
      co_await asio::co_spawn(workers, make(options_), asio::use_awaitable);
  if (is_closing_) {
    co_return;
  }
  queue_.insert(queue_.begin(), frames.begin(), frames.end());
  for (const Frame& frame : frames) {
    queue_bytes_ += frame->size();
  }
}

asio::awaitable<void> WsClient::WriteLoop(asio::any_io_executor workers) {
  co_await Welcome(std::move(workers));
  while (!is_closing_) {
    if (queue_.empty()) {
      co_await wake_.async_wait(kAwaitTuple);
      continue;
    }
    const Frame frame = std::move(queue_.front());
    queue_.pop_front();
    queue_bytes_ -= frame->size();
    const auto [error, bytes] = co_await stream_.async_write(asio::buffer(*frame), kAwaitTuple);
    if (error) {
      break;
    }
    ++counters_.frames_sent;
  }
  if (is_closing_ && stream_.is_open()) {
    co_await stream_.async_close(reason_, kAwaitTuple);
  }
  is_closing_ = true;
  beast::get_lowest_layer(stream_).close();  // Ends the reader if the close handshake did not.
}

void WsClient::Reply(std::string_view text) {
  auto answer = options_.reply ? options_.reply(text) : std::nullopt;
  if (answer) {
    Push(std::make_shared<const std::string>(std::move(*answer)));
  }
}

asio::awaitable<void> WsClient::ReadLoop() {
  beast::flat_buffer buffer;
  while (true) {
    const auto [error, bytes] = co_await stream_.async_read(buffer, kAwaitTuple);
    if (error) {
      break;
    }
    if (stream_.got_text()) {
      const auto data = buffer.cdata();
      Reply({static_cast<const char*>(data.data()), data.size()});
    } else {
      Close({websocket::close_code::unknown_data, "text only"});
    }
    buffer.consume(buffer.size());
  }
  Close({});
}

}  // namespace bulwark::net
