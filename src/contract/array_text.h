// A spaced JSON array kept as text, so that a row that stays is not written a second time.
//
// Shape:   rows come at the end and go at both ends; text() is the whole document at any time.
// Errors:  none; the caller drops no more rows than there are.
// Threads: a value. Allocates only while its buffer grows.
// Source:  contract section 0.2

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/ensure.h"

namespace bulwark::contract {

class ArrayText {
 public:
  [[nodiscard]] std::string_view text() const { return text_; }
  [[nodiscard]] std::size_t rows() const { return sizes_.size(); }

  // `write` appends the row's text to the string it is given.
  template <class Write>
  void Append(Write&& write) {
    text_.pop_back();
    if (!sizes_.empty()) {
      text_ += kSeparator;
    }
    const std::size_t before = text_.size();
    write(text_);
    sizes_.push_back(text_.size() - before);
    text_ += ']';
  }
  // Requires: count <= rows().
  void DropFront(std::size_t count) {
    ENSURE(count <= rows());
    const std::size_t bytes = BytesOf(0, count);
    sizes_.erase(sizes_.begin(), sizes_.begin() + static_cast<std::ptrdiff_t>(count));
    text_.erase(1, bytes);
  }
  // Requires: count <= rows().
  void DropBack(std::size_t count) {
    ENSURE(count <= rows());
    const std::size_t bytes = BytesOf(rows() - count, count);
    sizes_.resize(rows() - count);
    text_.resize(text_.size() - bytes - 1);
    text_ += ']';
  }

 private:
  static constexpr std::string_view kSeparator = ", ";

  // With the separators that go with them: one fewer when no other row is left.
  [[nodiscard]] std::size_t BytesOf(std::size_t first, std::size_t count) const {
    std::size_t bytes = 0;
    for (std::size_t at = first; at < first + count; ++at) {
      bytes += sizes_[at] + kSeparator.size();
    }
    return count > 0 && count == rows() ? bytes - kSeparator.size() : bytes;
  }

  std::string text_ = "[]";
  std::vector<std::size_t> sizes_;
};

}  // namespace bulwark::contract
