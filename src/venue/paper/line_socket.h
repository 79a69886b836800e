// A non-blocking unix stream socket with bounded line input and buffered output.
//
// Shape:   owns its descriptor. What is appended to out() leaves with Flush(), as far as the kernel
//          takes it; a line for SendWhole() leaves at once or not at all. Input is read in pieces
//          of at most kReadMax.
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
// kTorn: the peer has a beginning of the line and will never see its end; only closing helps.
enum class WholeOutcome : std::uint8_t { kLeft, kNoRoom, kTorn, kLost };

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
  // Past out(): nothing of `line` is ever kept to leave later. Requires: unsent() is 0.
  [[nodiscard]] WholeOutcome SendWhole(std::string_view line) const;
  // What left and was not read, and how much of it the kernel takes, both in the kernel's count.
  [[nodiscard]] std::size_t unread() const;
  [[nodiscard]] std::size_t unread_max() const { return unread_max_; }

  [[nodiscard]] int fd() const { return fd_; }

 private:
  void DropSent();

  int fd_;
  LineBuffer in_;
  std::string out_;
  std::size_t sent_ = 0;  // Of out_.
  std::size_t unread_max_;
};

}  // namespace bulwark::venue::paper
