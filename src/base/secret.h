// A text that must not appear in logs, errors or Redis: prints as ***.
//
// Threads: a value.

#pragma once

#include <ostream>
#include <string>
#include <utility>

namespace bulwark::base {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}

  // The text itself, for the one place that sends it to its peer.
  [[nodiscard]] const std::string& Reveal() const { return text_; }
  [[nodiscard]] bool empty() const { return text_.empty(); }

  friend std::ostream& operator<<(std::ostream& out, const Secret& /*secret*/) {
    return out << "***";
  }

 private:
  std::string text_;
};

}  // namespace bulwark::base
