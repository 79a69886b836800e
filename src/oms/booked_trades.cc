#include "oms/booked_trades.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "model/order.h"

namespace bulwark::oms {
namespace {

// Text of bounded length; what does not fit is noticed at the end.
class IdText {
 public:
  void Add(std::string_view text) {
    is_whole_ = is_whole_ && text.size() <= bytes_.size() - size_;
    if (is_whole_) {
      std::copy(text.begin(), text.end(), bytes_.begin() + static_cast<std::ptrdiff_t>(size_));
      size_ += text.size();
    }
  }
  void Add(std::uint64_t number, int base) {
    std::array<char, 24> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number, base);
    Add({digits.data(), static_cast<std::size_t>(end.ptr - digits.data())});
  }
  [[nodiscard]] std::optional<model::TradeId> Take() const {
    return is_whole_ ? model::TradeId::Make({bytes_.data(), size_}) : std::nullopt;
  }

 private:
  std::array<char, 96> bytes_{};
  std::size_t size_ = 0;
  bool is_whole_ = true;
};

constexpr char kRevision = '~';

}  // namespace

std::optional<model::TradeId> RevisedId(const model::TradeId& first, std::uint32_t revision) {
  IdText text;
  text.Add(first.view());
  text.Add({&kRevision, 1});
  text.Add(revision, 10);
  return text.Take();
}

model::TradeId FirstIdOf(const model::TradeId& booked) {
  const std::string_view text = booked.view();
  const std::size_t mark = text.rfind(kRevision);
  if (mark == std::string_view::npos || mark == 0 || mark + 1 == text.size() ||
      text.find_first_not_of("0123456789", mark + 1) != std::string_view::npos) {
    return booked;
  }
  return model::TradeId(text.substr(0, mark));
}

model::TradeId InferredId(const model::OrderId& order, std::uint32_t number) {
  IdText text;
  text.Add("=");
  text.Add(order.high(), 36);
  text.Add("-");
  text.Add(order.low(), 36);
  text.Add("=");
  text.Add(number, 36);
  return text.Take().value_or(model::TradeId());
}

}  // namespace bulwark::oms
