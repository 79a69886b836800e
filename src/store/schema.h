// The tables of the market data store.
//
// Shape:   migrations for sql::Migrate(), forward only; docs/store.md#tables explains the columns.
//          Money and quantities are integers of 1e-8, times are Unix nanoseconds, days are counted
//          from 1970-01-01.
// Threads: immutable.

#pragma once

#include <span>

#include "sql/migrations.h"

namespace bulwark::store {

std::span<const sql::Migration> Migrations();

}  // namespace bulwark::store
