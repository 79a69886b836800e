#include "stop_receipt.h"

#include <chrono>
#include <string>
#include <thread>

#include <fmt/format.h>

#include "audit/venue_audit.h"
#include "base/result.h"
#include "base/time.h"
#include "ledger/ledger.h"
#include "ledger/stop_counts.h"
#include "sql/connection.h"

namespace bulwark::app {
namespace {

constexpr base::Nanos kLookEvery = std::chrono::milliseconds{100};

base::Result<ledger::StopCounts> ReadCounts(const StopLook& look) {
  auto ledger = ledger::Ledger::Open(
      look.ledger,
      {.access = ledger::Access::kReadOnly, .is_created_if_missing = false, .is_checked = false});
  if (!ledger) {
    return tl::unexpected<base::Error>(ledger.error());
  }
  const auto connection = (*ledger)->Connection();
  if (!connection) {
    return tl::unexpected<base::Error>(connection.error());
  }
  return ledger::CountSince(**connection, look.stopped_at);
}

StopReceipt Look(const StopLook& look) {
  return {.counts = ReadCounts(look), .venue = audit::ReadVenueRest(look.paper)};
}

std::string DescribeHeld(const audit::VenueRest& rest) {
  if (rest.held.empty()) {
    return "nothing held";
  }
  std::string text;
  for (const auto& [symbol, quantity] : rest.held) {
    text += (text.empty() ? "held: " : ", ") + symbol + " " + quantity.ToString();
  }
  return text;
}

}  // namespace

StopReceipt AwaitStopReceipt(const StopLook& look) {
  const base::Nanos deadline = base::MonotonicNow() + look.wait_max;
  StopReceipt receipt = Look(look);
  while (!IsComplete(receipt, look.goes_flat) && base::MonotonicNow() < deadline) {
    std::this_thread::sleep_for(kLookEvery);
    receipt = Look(look);
  }
  return receipt;
}

bool IsComplete(const StopReceipt& receipt, bool goes_flat) {
  if (!receipt.counts || !receipt.venue) {
    return false;
  }
  const bool is_flat = !goes_flat || receipt.venue->held.empty();
  return receipt.counts->open == 0 && receipt.venue->working <= receipt.counts->protective &&
         is_flat;
}

std::string DescribeStopReceipt(const StopReceipt& receipt) {
  std::string text;
  if (receipt.counts) {
    const ledger::StopCounts& counts = *receipt.counts;
    text = fmt::format(
        "Orders: {} cancelled, {} filled first, {} failed; {} sold by the liquidation; {} open, "
        "{} protective kept\n",
        counts.cancelled, counts.filled, counts.failed, counts.sales, counts.open,
        counts.protective);
  } else {
    text = fmt::format("Orders: not known: {}\n", receipt.counts.error().message);
  }
  if (receipt.venue) {
    text += fmt::format("Venue:  {} orders work there, {}\n", receipt.venue->working,
                        DescribeHeld(*receipt.venue));
  } else {
    text += fmt::format("Venue:  not known: {}\n", receipt.venue.error().message);
  }
  return text;
}

}  // namespace bulwark::app
