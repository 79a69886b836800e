// Reads a foreign oms:portfolio into what the account owns.
//
// Shape:   free and blocked amounts are one: what is blocked belongs to open orders, which are not
//          taken over. Symbols are canonical ("BTCUSDT" is BTC/USDT); entries at 0.0 stay, in the
//          order of the document.
// Units:   quote units and base units, signed.
// Errors:  what cannot be right is refused in `findings` with field and value: bytes that are no
//          JSON, a wrong type, a negative amount, an instrument that is there twice. Unknown and
//          missing fields, and digits beyond a Decimal's, are tolerated and said.
// Threads: any. Allocates.
// Source:  contract sections 2.2 and 7.1

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/decimal.h"
#include "base/time.h"
#include "opening/findings.h"

namespace bulwark::opening {

struct OwnedPosition {
  std::string symbol;
  base::Decimal quantity;
  std::optional<base::UnixNanos> short_opened_at;
};

struct OwnedPortfolio {
  base::Decimal cash;  // Free and blocked; negative where the document says so.
  base::Decimal blocked_cash;
  base::Decimal borrow_fees_paid;
  std::vector<OwnedPosition> positions;
};

OwnedPortfolio ReadPortfolio(std::string_view text, Findings& findings);

// The canonical name of an instrument; empty when it cannot be one.
std::optional<std::string> CanonicalSymbol(std::string_view symbol);

}  // namespace bulwark::opening
