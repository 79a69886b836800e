// Why a vendor did not give what was asked for, where the answer itself says so.
//
// Shape:   an answer, not an error: what to do next depends on the kind. The text is the vendor's,
//          cut and without keys.
// Threads: values.
// Source:  docs/data.md#refusals

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace bulwark::sources {

enum class RefusalKind : std::uint8_t {
  kTooFast,        // Wait and ask again.
  kQuotaGone,      // Nothing more today.
  kNotEntitled,    // This account never gets it.
  kBadKey,         // No or a wrong key.
  kUnknownSymbol,  // The vendor does not know it.
  kTooFarBack,     // This account gets later days only; of another symbol they may do.
};

struct Refusal {
  RefusalKind kind = RefusalKind::kTooFast;
  std::string text;

  bool operator==(const Refusal&) const = default;
};

// True when no other symbol would fare better.
inline bool EndsRun(RefusalKind kind) {
  return kind != RefusalKind::kUnknownSymbol && kind != RefusalKind::kTooFast &&
         kind != RefusalKind::kTooFarBack;
}
inline std::string_view NameOf(RefusalKind kind) {
  switch (kind) {
    case RefusalKind::kTooFast:
      return "too fast";
    case RefusalKind::kQuotaGone:
      return "the quota is used up";
    case RefusalKind::kNotEntitled:
      return "not in this plan";
    case RefusalKind::kBadKey:
      return "the key is not accepted";
    case RefusalKind::kTooFarBack:
      return "too far back";
    default:
      return "unknown symbol";
  }
}

}  // namespace bulwark::sources
