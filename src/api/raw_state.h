// Everything the page needs, as it stands in Redis, undecoded.
//
// Shape:   ReadRawState() asks in two transactions: the fixed keys and the index of open orders,
//          then what these name (symbols, orders, alerts). Each transaction is one consistent
//          moment.
// Errors:  as redis::Connection; a key of a foreign type does not fail the whole, it becomes an
//          error text.
// Threads: the connection's thread. AlertIndex belongs to one reader.

#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "redis/connection.h"

namespace bulwark::api {

// What GET of one key answered.
struct RawValue {
  std::optional<std::string> text;  // Empty: the key is missing, or could not be read.
  std::string error;                // "WRONGTYPE ..." when it could not be read.
};

struct RawState {
  std::map<std::string, RawValue, std::less<>> keys;
  std::vector<std::string> symbols;      // Of MARKET:ACTIVE_SYMBOLS, as far as it can be read.
  std::vector<std::string> open_orders;  // Ids.
  std::vector<std::string> alert_keys;   // Newest first.
  std::string open_orders_error;
  std::vector<std::string> proposals;  // Documents of the orders that wait for a person.
  std::string proposals_error;
};

// The keys of the newest alert events. Redis has no order among keys, so they are found by SCAN;
// that is done only when ALERTS:LAST changed, and not more than once a second.
class AlertIndex {
 public:
  static constexpr std::size_t kAlertsMax = 25;

  base::Result<void> Refresh(redis::Connection& connection, base::Nanos now);
  [[nodiscard]] const std::vector<std::string>& keys() const { return keys_; }

 private:
  std::optional<std::string> last_;
  std::optional<base::Nanos> scanned_at_;
  std::vector<std::string> keys_;
};

// Whether keys can be named after it: not empty, text of moderate length.
bool IsSymbol(std::string_view text);

base::Result<RawState> ReadRawState(redis::Connection& connection, AlertIndex& alerts);

}  // namespace bulwark::api
