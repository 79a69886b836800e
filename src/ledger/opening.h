// The opening of a ledger that goes on from another installation's books, and the receipt for it.
//
// Shape:   written once, in one transaction, into a ledger that has no books: cash as the account's
//          opening cash, positions as rows that come before the first fill, and a receipt with the
//          source's hash. Nothing of it ever changes.
// Units:   quote units and base units; the cost of a position without fees.
// Errors:  kConflict: the ledger has books, or an opening already. kInvalidArgument: negative cash
//          or quantity, or a symbol that cannot be one. Database errors.
// Threads: the thread of the connection.
// Source:  docs/import.md

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/decimal.h"
#include "base/result.h"
#include "base/time.h"
#include "ledger/ledger_store.h"
#include "sql/connection.h"

namespace bulwark::ledger {

struct OpeningPosition {
  std::string symbol;  // Canonical.
  base::Decimal quantity;
  base::Decimal cost;

  bool operator==(const OpeningPosition&) const = default;
};

struct Opening {
  base::Decimal cash;
  std::vector<OpeningPosition> positions;
};

struct Receipt {
  base::UnixNanos at;
  std::string digest;  // SHA-256 of the source, 64 hexadecimal characters.
  std::string text;    // What was taken over, for people.

  bool operator==(const Receipt&) const = default;
};

// `setup` says whose account it is; its opening cash is not used. `source` is what was read.
base::Result<Receipt> WriteOpening(sql::Connection& connection, const AccountSetup& setup,
                                   const Opening& opening, std::string_view source,
                                   const std::string& text);

// The receipt of the import that this ledger began with; empty when it began by itself.
base::Result<std::optional<Receipt>> ReadReceipt(sql::Connection& connection);

// Cash and positions before the first fill; empty without an account.
base::Result<std::optional<Opening>> ReadOpeningOf(sql::Connection& connection);

// Whether nothing was ever traded or opened here.
base::Result<bool> HasNoBooks(sql::Connection& connection);

}  // namespace bulwark::ledger
