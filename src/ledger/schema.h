// The tables of the ledger, as forward migrations.
//
// Shape:   order_events, fills, switches and runs are append-only; the view `orders` shows each
//          order's last event.
// Units:   amounts are counts of 1e-8 (base::Decimal::raw), times UTC nanoseconds.
// Threads: constants.

#pragma once

#include <span>

#include "sql/migrations.h"

namespace bulwark::ledger {

std::span<const sql::Migration> Migrations();

}  // namespace bulwark::ledger
