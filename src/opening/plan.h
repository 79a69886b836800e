// What the documents of an existing installation become: the opening of a ledger, or why not.
//
// Shape:   cash and positions are what the account owns, blocked amounts included. Each position
//          gets one cost: given by a person, or what its orders' documents add up to, or it is
//          refused; nothing is guessed. Open orders are not ours: they are listed, so that a person
//          can end them at the venue. A plan with anything refused must not be carried out.
// Units:   quote units and base units; cost has the sign of the quantity, fees not included.
// Errors:  none: `refused` says what stands in the way, each with its place and value.
// Threads: any; pure. Allocates.
// Source:  docs/import.md, contract section 7.1

#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/decimal.h"
#include "base/time.h"
#include "opening/documents.h"

namespace bulwark::opening {

// What a person decided where the documents do not say enough, or are wrong.
struct Choices {
  std::optional<base::Decimal> cash;            // Owned, instead of the document's.
  std::map<std::string, base::Decimal> prices;  // Average entry by symbol.
  std::set<std::string> left_out;               // Keys of orders that are not read.
  bool may_be_short = false;                    // The account can hold less than nothing.
};

struct OpeningPosition {
  std::string symbol;
  base::Decimal quantity;
  base::Decimal cost;
  std::optional<base::UnixNanos> short_opened_at;

  bool operator==(const OpeningPosition&) const = default;
};

struct ForeignOrder {
  std::string id;
  std::string external_id;  // Empty when the document has none.
  std::string what;         // "BUY 2 of BTC/USDT, 0.5 filled, SUBMITTED"
};

struct Plan {
  base::Decimal cash;
  base::Decimal borrow_fees_paid;
  std::vector<OpeningPosition> positions;
  std::vector<ForeignOrder> open_orders;
  std::size_t ended_orders = 0;
  std::vector<std::string> tolerated;
  std::vector<std::string> refused;
};

Plan MakePlan(const Documents& documents, const Choices& choices);

// The plan for people, several lines.
std::string Describe(const Plan& plan);

}  // namespace bulwark::opening
