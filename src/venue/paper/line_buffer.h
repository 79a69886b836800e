// Cuts a byte stream into lines of bounded length.
//
// Shape:   holds what was received and not yet taken; at most one read's worth plus one line.
// Errors:  is_overlong() tells that a line exceeded the limit; nothing more can be taken then.
// Threads: one. Reuses its memory.
// Owner:   a line that Next() gave lives until the next call of Space().

#pragma once

#include <cstddef>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace bulwark::venue::paper {

class LineBuffer {
 public:
  LineBuffer(std::size_t read_max, std::size_t line_max)
      : bytes_(read_max + line_max), line_max_(line_max) {}

  // Where the next bytes go. Requires: Next() was called until it was empty.
  std::span<char> Space() {
    std::memmove(bytes_.data(), bytes_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
    return {bytes_.data() + end_, bytes_.size() - end_};
  }
  void Received(std::size_t count) { end_ += count; }

  // The next whole line without its \n.
  std::optional<std::string_view> Next() {
    const std::string_view held(bytes_.data() + begin_, end_ - begin_);
    const std::size_t length = held.find('\n');
    is_overlong_ =
        is_overlong_ || (length == std::string_view::npos ? held.size() : length) >= line_max_;
    if (length == std::string_view::npos || is_overlong_) {
      return std::nullopt;
    }
    begin_ += length + 1;
    return held.substr(0, length);
  }

  [[nodiscard]] bool is_overlong() const { return is_overlong_; }
  void Clear() {
    begin_ = end_ = 0;
    is_overlong_ = false;
  }

 private:
  std::vector<char> bytes_;
  std::size_t line_max_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  bool is_overlong_ = false;
};

}  // namespace bulwark::venue::paper
