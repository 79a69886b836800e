// Holds the paper exchange's own books against the ledger.
//
// Shape:   ReadVenueBooks() reads paper.db in one snapshot, without the exchange's help and without
//          disturbing it; ReadVenueRest() only what is left open there; CompareWithVenue() is pure.
//          An intent that never left (PENDING) is not missed.
// Errors:  kNotFound: there is no paper.db. Others as sql::OpenSqlite; kCorrupt for rows that make
//          no sense.
// Threads: any; reading blocks on the disk.

#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "audit/difference.h"
#include "audit/ledger_books.h"
#include "base/decimal.h"
#include "base/result.h"
#include "model/order.h"

namespace bulwark::audit {

struct VenueOrder {
  std::string symbol;
  std::string side;
  std::string status;
  base::Decimal quantity;
  base::Decimal filled;
};

struct VenueFill {
  std::string order_id;
  std::uint64_t sequence = 0;
  base::Decimal price;
  base::Decimal quantity;
  base::Decimal fee;
};

struct VenueBooks {
  base::Decimal opening_cash;
  base::Decimal cash;
  std::uint64_t duplicates = 0;                // Order ids that were submitted again.
  std::map<std::string, base::Decimal> owned;  // By the venue's symbol.
  std::map<std::string, VenueOrder> orders;    // By order id.
  std::map<std::string, VenueFill> fills;      // By trade id.
};

base::Result<VenueBooks> ReadVenueBooks(const std::filesystem::path& paper);

// What works and what is held at the venue now.
struct VenueRest {
  std::int64_t working = 0;
  std::map<std::string, base::Decimal> held;  // By the venue's symbol; nothing that is zero.
};
base::Result<VenueRest> ReadVenueRest(const std::filesystem::path& paper);

Differences CompareWithVenue(const LedgerBooks& ledger, const VenueBooks& venue);

}  // namespace bulwark::audit
