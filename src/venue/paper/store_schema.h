// The tables of paper.db and the statements on them.
//
// Threads: constants.

#pragma once

#include <array>

#include "base/crash_point.h"
#include "sql/migrations.h"

namespace bulwark::venue::paper {

inline constexpr base::DurableWrite kStoreWrite{
    "venue.commit", "what the paper exchange answers next: orders, fills, balances"};

inline constexpr std::array<const char*, 6> kFirstTables = {
    "CREATE TABLE account (one INTEGER PRIMARY KEY CHECK (one = 1), opening_cash INTEGER NOT NULL,"
    " cash INTEGER NOT NULL CHECK (cash >= 0), orders_seen INTEGER NOT NULL,"
    " duplicates INTEGER NOT NULL, last_sequence INTEGER NOT NULL, clock INTEGER NOT NULL,"
    " fence_epoch INTEGER NOT NULL, fence_session INTEGER NOT NULL)",
    "CREATE TABLE instruments (number INTEGER PRIMARY KEY, symbol TEXT NOT NULL UNIQUE,"
    " tick_size INTEGER NOT NULL, lot_size INTEGER NOT NULL, min_notional INTEGER NOT NULL,"
    " quantity INTEGER NOT NULL CHECK (quantity >= 0))",
    "CREATE TABLE orders (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,"
    " symbol TEXT NOT NULL, side TEXT NOT NULL, type TEXT NOT NULL, time_in_force TEXT NOT NULL,"
    " reduce_only INTEGER NOT NULL, quantity INTEGER NOT NULL, limit_price INTEGER,"
    " reserve_price INTEGER NOT NULL, arrived_at INTEGER NOT NULL, active_at INTEGER NOT NULL,"
    " filled INTEGER NOT NULL, blocked INTEGER NOT NULL, status TEXT NOT NULL,"
    " reason TEXT NOT NULL)",
    "CREATE INDEX orders_working ON orders (number) WHERE status = 'WORKING'",
    "CREATE TABLE fills (sequence INTEGER PRIMARY KEY, trade_id TEXT NOT NULL UNIQUE,"
    " order_number INTEGER NOT NULL REFERENCES orders (number), price INTEGER NOT NULL,"
    " quantity INTEGER NOT NULL, fee INTEGER NOT NULL, at INTEGER NOT NULL)",
    "CREATE INDEX fills_of_order ON fills (order_number)"};

inline const std::array<sql::Migration, 1> kMigrations = {
    sql::Migration{.name = "account, instruments, orders, fills", .statements = kFirstTables}};

}  // namespace bulwark::venue::paper
