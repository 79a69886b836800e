// Blocking clients for tests of servers on loopback: raw HTTP bytes, and WebSocket.
//
// Shape:   what a test sends goes out as is, so that it can be wrong. Every wait ends after 10
//          seconds.
// Errors:  an empty answer; a test that expects something fails on it.
// Threads: one thread per client.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace bulwark::net {

class LoopbackHttp {
 public:
  explicit LoopbackHttp(std::uint16_t port);
  ~LoopbackHttp();
  LoopbackHttp(const LoopbackHttp&) = delete;
  LoopbackHttp& operator=(const LoopbackHttp&) = delete;
  LoopbackHttp(LoopbackHttp&&) = delete;
  LoopbackHttp& operator=(LoopbackHttp&&) = delete;

  void Send(std::string_view bytes) const;
  // Header and body of one response, by its Content-Length.
  std::string ReadResponse();
  // Everything until the server closes.
  std::string ReadToEnd();

 private:
  bool ReadMore();

  int socket_ = -1;
  std::string received_;
};

// "GET /path HTTP/1.1" with Host and "Connection: close"; answers the whole response.
std::string HttpGet(std::uint16_t port, std::string_view path, std::string_view extra_header = "");
// The same with a JSON body.
std::string HttpPost(std::uint16_t port, std::string_view path, std::string_view body,
                     std::string_view extra_header = "");

class LoopbackWs {
 public:
  // Empty when the server refused the upgrade.
  static std::unique_ptr<LoopbackWs> Connect(std::uint16_t port, std::string_view path,
                                             std::string_view origin = "");
  ~LoopbackWs();
  LoopbackWs(const LoopbackWs&) = delete;
  LoopbackWs& operator=(const LoopbackWs&) = delete;
  LoopbackWs(LoopbackWs&&) = delete;
  LoopbackWs& operator=(LoopbackWs&&) = delete;

  void SendText(std::string_view text);
  void SendBinary(std::string_view bytes);
  // The next text; empty when the connection ended or nothing came in time.
  std::optional<std::string> Read();
  // Reads on until the server closes; its close code, 0 when there was none.
  std::uint16_t ReadCloseCode();

 private:
  class Impl;
  explicit LoopbackWs(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace bulwark::net
