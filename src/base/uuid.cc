#include "base/uuid.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bulwark::base {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";
constexpr std::uint64_t kVersion4 = 0x4000ULL;
constexpr std::uint64_t kVariantMask = 0xc000000000000000ULL;
constexpr std::uint64_t kVariant = 0x8000000000000000ULL;

// The finaliser of splitmix64: a bijection on 64 bits.
std::uint64_t Mix(std::uint64_t x) {
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31U);
}

constexpr std::uint64_t kOriginFactor = 0x5851f42d4c957f2dULL;
constexpr std::uint64_t kSequenceFactor = 0x9e3779b97f4a7c15ULL;
constexpr std::uint64_t kSpreadMask = 0x0fffffffffffffffULL;

// The number that undoes multiplying by an odd number modulo 2^64, by Newton's steps: each doubles
// the bits that are right, from the 3 that an odd number has at once.
constexpr std::uint64_t InverseOf(std::uint64_t odd) {
  std::uint64_t inverse = odd;
  for (int step = 0; step < 5; ++step) {
    inverse *= 2 - odd * inverse;
  }
  return inverse;
}
static_assert(kOriginFactor * InverseOf(kOriginFactor) == 1);
static_assert(kSequenceFactor * InverseOf(kSequenceFactor) == 1);

bool IsHyphenPlace(std::size_t at) {
  return at == 8 || at == 13 || at == 18 || at == 23;
}

std::optional<std::uint64_t> HexValue(char c) {
  if (c >= '0' && c <= '9') {
    return static_cast<std::uint64_t>(c - '0');
  }
  if (c >= 'a' && c <= 'f') {
    return static_cast<std::uint64_t>(c - 'a' + 10);
  }
  if (c >= 'A' && c <= 'F') {
    return static_cast<std::uint64_t>(c - 'A' + 10);
  }
  return std::nullopt;
}

}  // namespace

Uuid Uuid::Derive(std::uint32_t domain, std::uint64_t epoch, std::uint64_t sequence) {
  // `high` carries (domain, epoch) in its 60 free bits, `low` the sequence in its 62 free bits.
  // Epoch stays below 2^32 and sequence below 2^62 in any life of the program.
  const std::uint64_t origin =
      (static_cast<std::uint64_t>(domain & 0xfffU) << 32U) | (epoch & 0xffffffffULL);
  const std::uint64_t spread = (origin * kOriginFactor) & kSpreadMask;
  Uuid id;
  id.high_ = ((spread & 0x0ffffffffffff000ULL) << 4U) | kVersion4 | (spread & 0x0fffULL);
  // Multiplying by an odd number is a bijection on the low 62 bits.
  id.low_ = kVariant | ((sequence * kSequenceFactor + Mix(origin)) & ~kVariantMask);
  return id;
}

std::optional<Uuid::Origin> Uuid::OriginOf(const Uuid& id) {
  constexpr std::uint64_t kOriginMax = (std::uint64_t{1} << 44U) - 1;  // 12 bits domain, 32 epoch.
  constexpr std::uint64_t kVersionMask = 0xf000ULL;
  if ((id.high_ & kVersionMask) != kVersion4 || (id.low_ & kVariantMask) != kVariant) {
    return std::nullopt;
  }
  const std::uint64_t spread = ((id.high_ >> 4U) & 0x0ffffffffffff000ULL) | (id.high_ & 0x0fffULL);
  const std::uint64_t origin = (spread * InverseOf(kOriginFactor)) & kSpreadMask;
  if (origin > kOriginMax) {
    return std::nullopt;
  }
  const std::uint64_t mixed = (id.low_ & ~kVariantMask) - Mix(origin);
  return Origin{.domain = static_cast<std::uint32_t>(origin >> 32U),
                .epoch = origin & 0xffffffffULL,
                .sequence = (mixed * InverseOf(kSequenceFactor)) & ~kVariantMask};
}

std::optional<Uuid> Uuid::Parse(std::string_view text) {
  if (text.size() != kTextSize) {
    return std::nullopt;
  }
  std::array<std::uint64_t, 2> halves{};
  std::size_t nibble = 0;
  for (std::size_t at = 0; at < kTextSize; ++at) {
    const bool is_hyphen = text[at] == '-';
    if (is_hyphen != IsHyphenPlace(at)) {
      return std::nullopt;
    }
    if (is_hyphen) {
      continue;
    }
    const std::optional<std::uint64_t> value = HexValue(text[at]);
    if (!value) {
      return std::nullopt;
    }
    std::uint64_t& half = halves[nibble++ / 16];
    half = (half << 4U) | *value;
  }
  Uuid id;
  id.high_ = halves[0];
  id.low_ = halves[1];
  return id;
}

char* Uuid::Format(char* out) const {
  for (std::size_t nibble = 0; nibble < 32; ++nibble) {
    const std::uint64_t half = nibble < 16 ? high_ : low_;
    *out++ = kHex[(half >> (60U - 4U * (nibble % 16U))) & 0xfU];
    if (nibble == 7 || nibble == 11 || nibble == 15 || nibble == 19) {
      *out++ = '-';
    }
  }
  return out;
}

std::string Uuid::ToString() const {
  std::array<char, kTextSize> text{};
  return {text.data(), Format(text.data())};
}

}  // namespace bulwark::base
