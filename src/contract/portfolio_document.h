// oms:portfolio, cash and positions as Redis shows them.
//
// Shape:   compact JSON of six fields. `positions` holds the free quantity of everything ever held,
//          0.0 once flat; `blocked_positions` what closing orders have set aside, entries above
//          zero only.
// Units:   quote units and base units, signed; numbers with their exact digits.
// Errors:  decoding ignores unknown fields and defaults missing ones, except cash. kCorrupt, naming
//          the field and its value. A negative cash decodes: whether it may be is the reader's
//          question.
// Threads: any. Encoding allocates only when `out` has to grow.
// Source:  contract section 2.2

#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/decimal.h"
#include "base/result.h"
#include "base/time.h"
#include "model/instrument.h"
#include "model/portfolio.h"

namespace bulwark::contract {

using SymbolAmounts = std::vector<std::pair<std::string, base::Decimal>>;

struct PortfolioDocument {
  base::Decimal cash;
  base::Decimal blocked_cash;
  base::Decimal short_borrow_fees_paid;
  SymbolAmounts positions;  // In the order of the document.
  SymbolAmounts blocked_positions;
  std::vector<std::pair<std::string, base::UnixNanos>> short_opened_at;

  bool operator==(const PortfolioDocument&) const = default;
};

void EncodePortfolio(std::string& out, const model::Portfolio& portfolio,
                     const model::InstrumentTable& instruments);
base::Result<PortfolioDocument> DecodePortfolio(std::string_view text);

}  // namespace bulwark::contract
