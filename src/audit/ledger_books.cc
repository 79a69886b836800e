#include "audit/ledger_books.h"

#include <string>
#include <utility>

#include "base/result.h"
#include "ledger/ledger.h"
#include "ledger/recent_orders.h"
#include "model/fill.h"
#include "model/instrument.h"

namespace bulwark::audit {

base::Result<LedgerBooks> ReadLedgerBooks(ledger::Ledger& ledger,
                                          const model::InstrumentTable& table) {
  auto instruments = ledger.CompleteInstruments(table);
  if (!instruments) {
    return tl::unexpected<base::Error>(instruments.error());
  }
  LedgerBooks books{.instruments = *std::move(instruments)};
  auto recovered = ledger.Recover(books.instruments);
  if (!recovered) {
    return tl::unexpected<base::Error>(recovered.error());
  }
  books.recovered = *std::move(recovered);
  const auto orders = ledger.RecentOrders(books.instruments, kRowsMax);
  if (!orders) {
    return tl::unexpected<base::Error>(orders.error());
  }
  for (const ledger::RecentOrder& order : *orders) {
    books.orders.emplace(order.order.id, order);
  }
  const auto foreign = ledger.ForeignOrders();
  if (!foreign) {
    return tl::unexpected<base::Error>(foreign.error());
  }
  books.foreign_orders.insert(foreign->begin(), foreign->end());
  const auto fills = ledger.Fills(books.instruments, kRowsMax);
  if (!fills) {
    return tl::unexpected<base::Error>(fills.error());
  }
  for (const model::Fill& fill : *fills) {
    books.fills.emplace(std::string(fill.trade_id.view()), fill);
  }
  return books;
}

}  // namespace bulwark::audit
