// A server on loopback for tests: plays given bytes to whoever connects, one connection after the
// other.
//
// Shape:   answers are played in order, the last one again and again. Each connection is read up to
//          the end of a request's header (and its body) and then gets its bytes, is closed, or is
//          held without a byte until the test ends.
// Errors:  none; what cannot be made stops the test program.
// Threads: the test's; the server has a thread of its own.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace bulwark::net {

struct PlayedAnswer {
  std::string bytes;
  bool is_held = false;  // The connection stays open after the bytes.
};

// "HTTP/1.1 200 OK" with Content-Length; `headers` end in \r\n each.
PlayedAnswer Answer(int status, const std::string& body, const std::string& headers = "");

class PlayServer {
 public:
  explicit PlayServer(std::vector<PlayedAnswer> answers);
  ~PlayServer();
  PlayServer(const PlayServer&) = delete;
  PlayServer& operator=(const PlayServer&) = delete;
  PlayServer(PlayServer&&) = delete;
  PlayServer& operator=(PlayServer&&) = delete;

  // "http://127.0.0.1:port"
  [[nodiscard]] std::string url() const;
  // What was asked so far, header and body of each.
  [[nodiscard]] std::vector<std::string> requests() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace bulwark::net
