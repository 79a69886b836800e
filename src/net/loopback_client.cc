#include "net/loopback_client.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/beast/websocket.hpp>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace bulwark::net {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;

constexpr auto kPatience = std::chrono::seconds{10};

// Bytes of the first response in `received`; npos while its header is not complete.
std::size_t ResponseSize(const std::string& received) {
  constexpr std::string_view kLength = "Content-Length: ";
  const std::size_t header = received.find("\r\n\r\n");
  if (header == std::string::npos) {
    return header;
  }
  const std::size_t field = received.find(kLength);
  if (field > header) {
    return header + 4;
  }
  return header + 4 + std::strtoul(received.c_str() + field + kLength.size(), nullptr, 10);
}

}  // namespace

LoopbackHttp::LoopbackHttp(std::uint16_t port)
    : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const timeval patience{.tv_sec = kPatience.count(), .tv_usec = 0};
  std::ignore = ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::ignore = ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

LoopbackHttp::~LoopbackHttp() {
  ::close(socket_);
}

void LoopbackHttp::Send(std::string_view bytes) const {
  while (!bytes.empty()) {
    const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) {
      return;
    }
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

bool LoopbackHttp::ReadMore() {
  std::array<char, 16384> part{};
  const auto got = ::recv(socket_, part.data(), part.size(), 0);
  if (got <= 0) {
    return false;
  }
  received_.append(part.data(), static_cast<std::size_t>(got));
  return true;
}

std::string LoopbackHttp::ReadResponse() {
  std::size_t size = ResponseSize(received_);
  while (received_.size() < size && ReadMore()) {
    size = ResponseSize(received_);
  }
  std::string response = received_.substr(0, size);
  received_.erase(0, size);
  return response;
}

std::string LoopbackHttp::ReadToEnd() {
  while (ReadMore()) {
  }
  return std::exchange(received_, {});
}

std::string HttpGet(std::uint16_t port, std::string_view path, std::string_view extra_header) {
  LoopbackHttp client(port);
  client.Send(fmt::format("GET {} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n{}Connection: close\r\n\r\n",
                          path, port, extra_header));
  return client.ReadToEnd();
}

std::string HttpPost(std::uint16_t port, std::string_view path, std::string_view body,
                     std::string_view extra_header) {
  LoopbackHttp client(port);
  client.Send(
      fmt::format("POST {} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nContent-Type: application/json\r\n"
                  "Content-Length: {}\r\n{}Connection: close\r\n\r\n{}",
                  path, port, body.size(), extra_header, body));
  return client.ReadToEnd();
}

class LoopbackWs::Impl {
 public:
  bool Connect(std::uint16_t port, const std::string& path, const std::string& origin) {
    beast::error_code error;
    beast::get_lowest_layer(stream).socket().connect({asio::ip::address_v4::loopback(), port},
                                                     error);
    if (error) {
      return false;
    }
    stream.set_option(websocket::stream_base::decorator([origin](websocket::request_type& request) {
      if (!origin.empty()) {
        request.set(beast::http::field::origin, origin);
      }
    }));
    stream.handshake(fmt::format("127.0.0.1:{}", port), path, error);
    return !error;
  }

  // False when the connection ended or nothing came in time.
  bool ReadOne() {
    buffer.clear();
    beast::error_code result = asio::error::timed_out;
    stream.async_read(buffer, [&result](beast::error_code error, std::size_t) { result = error; });
    io.restart();
    io.run_for(kPatience);
    if (!io.stopped()) {
      beast::get_lowest_layer(stream).close();
      io.run();
    }
    return !result;
  }

  asio::io_context io;
  websocket::stream<beast::tcp_stream> stream{io};
  beast::flat_buffer buffer;
};

LoopbackWs::LoopbackWs(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
LoopbackWs::~LoopbackWs() = default;

std::unique_ptr<LoopbackWs> LoopbackWs::Connect(std::uint16_t port, std::string_view path,
                                                std::string_view origin) {
  auto impl = std::make_unique<Impl>();
  if (!impl->Connect(port, std::string(path), std::string(origin))) {
    return nullptr;
  }
  return std::unique_ptr<LoopbackWs>(new LoopbackWs(std::move(impl)));
}

void LoopbackWs::SendText(std::string_view text) {
  beast::error_code ignored;
  impl_->stream.text(true);
  impl_->stream.write(asio::buffer(text), ignored);
}

void LoopbackWs::SendBinary(std::string_view bytes) {
  beast::error_code ignored;
  impl_->stream.binary(true);
  impl_->stream.write(asio::buffer(bytes), ignored);
}

std::optional<std::string> LoopbackWs::Read() {
  if (!impl_->ReadOne()) {
    return std::nullopt;
  }
  return beast::buffers_to_string(impl_->buffer.data());
}

std::uint16_t LoopbackWs::ReadCloseCode() {
  while (impl_->ReadOne()) {
  }
  return impl_->stream.reason().code;
}

}  // namespace bulwark::net
