// The order documents of an existing installation: which are open, and what all of them traded.
//
// Shape:   an order is open unless its status is FILLED, CANCELLED, FAILED or EXPIRED. Fills are
//          booked into one cost basis per instrument in the order of `updated_at`.
// Errors:  a document that cannot be read is refused by its key, with field and value; unknown
//          fields are tolerated and counted per name.
// Threads: a value. Allocates.
// Source:  contract section 2.1

#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "base/decimal.h"
#include "base/time.h"
#include "contract/order_document.h"
#include "opening/cost_basis.h"
#include "opening/documents.h"
#include "opening/findings.h"

namespace bulwark::opening {

class OrderHistory {
 public:
  // Reads one document. Requires: its key begins with kOrderPrefix.
  void Add(const Document& document, Findings& findings);
  // After the last document.
  void Finish(Findings& findings);

  [[nodiscard]] const std::vector<contract::OrderDocument>& open() const { return open_; }
  [[nodiscard]] std::size_t ended() const { return ended_; }
  // By canonical symbol.
  [[nodiscard]] const std::map<std::string, CostBasis>& traded() const { return traded_; }

 private:
  struct Trade {
    base::UnixNanos at;
    std::string order;  // Decides between trades of the same time, so that the result is one.
    std::string symbol;
    base::Decimal quantity;
    base::Decimal value;
  };

  void NoteUnknown(const contract::JsonValue& object);

  std::vector<contract::OrderDocument> open_;
  std::size_t ended_ = 0;
  std::vector<Trade> trades_;
  std::map<std::string, std::size_t> unknown_;  // How often by field, at most kFindingsMax names.
  std::map<std::string, CostBasis> traded_;
};

}  // namespace bulwark::opening
