// What happened, as one number that two equal runs share, and as lines when somebody wants to read.
//
// Shape:   Note() hashes the name and the numbers; the text is made only when lines are kept.
// Threads: one.

#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>

#include "base/time.h"
#include "sim/random.h"

namespace bulwark::sim {

class Trace {
 public:
  static constexpr std::size_t kLinesMax = 200'000;

  explicit Trace(bool keeps_lines) : keeps_lines_(keeps_lines) {}

  void SetTime(base::Nanos now, std::uint64_t step) {
    now_ = now;
    step_ = step;
  }
  void Hash(std::uint64_t value) { hash_ = Mix(hash_ ^ value); }
  // `text` is called for the line, when one is kept.
  template <class Text>
  void Note(std::string_view what, std::uint64_t number, Text&& text) {
    Hash(static_cast<std::uint64_t>(now_.count()) ^ (number << 20U) ^ what.size());
    if (keeps_lines_) {
      Keep(what, text());
    }
  }
  void Note(std::string_view what, std::uint64_t number = 0) {
    Note(what, number, [] { return std::string(); });
  }

  [[nodiscard]] std::uint64_t hash() const { return hash_; }
  [[nodiscard]] const std::deque<std::string>& lines() const { return lines_; }

 private:
  void Keep(std::string_view what, const std::string& text) {
    constexpr std::int64_t kMicro = 1'000;
    std::string line = std::to_string(step_) + " " + std::to_string(now_.count() / kMicro) + "us " +
                       std::string(what);
    if (!text.empty()) {
      line += " " + text;
    }
    lines_.push_back(std::move(line));
    if (lines_.size() > kLinesMax) {
      lines_.pop_front();
    }
  }

  bool keeps_lines_;
  std::uint64_t hash_ = 0;
  std::uint64_t step_ = 0;
  base::Nanos now_{0};
  std::deque<std::string> lines_;
};

}  // namespace bulwark::sim
