// A non-blocking unix stream socket with bounded line input and buffered output.
//
// Shape:   owns its descriptor. What is appended to out() leaves with Flush(), as far as the kernel
//          takes it; input is read in pieces of at most kReadMax.
// Errors:  a lost peer is an answer of Flush() and Read(), never a signal (no SIGPIPE).
// Threads: one. Nothing blocks.

#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "venue/paper/line_buffer.h"

namespace bulwark::venue::paper {

constexpr std::size_t kReadMax = std::size_t{64} * 1024;

enum class ReadOutcome : std::uint8_t { kSome, kNothing, kLost };

class LineSocket {
 public:
  // Takes an open descriptor.
  explicit LineSocket(int fd);
  ~LineSocket();
  LineSocket(const LineSocket&) = delete;
  LineSocket& operator=(const LineSocket&) = delete;
  LineSocket(LineSocket&&) = delete;
  LineSocket& operator=(LineSocket&&) = delete;

  // Fails with kUnavailable when nobody listens (or too many already wait).
  static base::Result<int> Dial(const std::filesystem::path& path);
  // For this user only. Replaces a socket file nobody needs: the caller holds the lock that proves
  // it.
  static base::Result<int> Listen(const std::filesystem::path& path);

  // Reads once. Requires: NextLine() was called until it was empty.
  ReadOutcome Read();
  std::optional<std::string_view> NextLine() { return in_.Next(); }
  [[nodiscard]] bool is_overlong() const { return in_.is_overlong(); }

  [[nodiscard]] std::string& out() { return out_; }
  [[nodiscard]] std::size_t unsent() const { return out_.size() - sent_; }
  // False when the peer is gone.
  bool Flush();

  [[nodiscard]] int fd() const { return fd_; }

 private:
  void DropSent();

  int fd_;
  LineBuffer in_;
  std::string out_;
  std::size_t sent_ = 0;  // Of out_.
};

}  // namespace bulwark::venue::paper
