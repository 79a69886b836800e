#include "ledger/schema.h"

#include <array>
#include <span>

#include "ledger/chain.h"
#include "sql/migrations.h"

namespace bulwark::ledger {
namespace {

constexpr std::array kTables{
    "CREATE TABLE account("
    "id INTEGER PRIMARY KEY CHECK(id = 1), name TEXT NOT NULL, venue TEXT NOT NULL, "
    "opening_cash BIGINT NOT NULL, created_at BIGINT NOT NULL)",

    "CREATE TABLE runs("
    "epoch INTEGER PRIMARY KEY AUTOINCREMENT, started_at BIGINT NOT NULL, pid BIGINT NOT NULL, "
    "host TEXT NOT NULL, version TEXT NOT NULL)",

    "CREATE TABLE instruments(id INTEGER PRIMARY KEY, symbol TEXT NOT NULL UNIQUE)",

    // Enumerations are stored as the words of the contract, so that a person can read the file.
    "CREATE TABLE order_events("
    "sequence INTEGER PRIMARY KEY, epoch BIGINT NOT NULL, order_id TEXT NOT NULL, "
    "decision_id TEXT NOT NULL, instrument_id BIGINT NOT NULL REFERENCES instruments(id), "
    "side TEXT NOT NULL, intent TEXT NOT NULL, order_type TEXT NOT NULL, "
    "time_in_force TEXT NOT NULL, status TEXT NOT NULL, origin TEXT NOT NULL, "
    "reduce_only BIGINT NOT NULL, cancel_requested BIGINT NOT NULL, quantity BIGINT NOT NULL, "
    "filled_quantity BIGINT NOT NULL, filled_notional BIGINT NOT NULL, "
    "fees_paid BIGINT NOT NULL, limit_price BIGINT, stop_price BIGINT, "
    "reserved_cash BIGINT NOT NULL, reserved_cash_remaining BIGINT NOT NULL, "
    "reserved_quantity BIGINT NOT NULL, reserved_quantity_remaining BIGINT NOT NULL, "
    "created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL, external_id TEXT NOT NULL, "
    "strategy TEXT NOT NULL, reason TEXT NOT NULL)",

    // Points at the last event instead of repeating it: half the bytes per commit, and no second
    // copy that could say otherwise.
    "CREATE TABLE order_heads(order_id TEXT NOT NULL PRIMARY KEY, event BIGINT NOT NULL, "
    "is_open BIGINT NOT NULL) WITHOUT ROWID",
    // Terminal orders leave the index, so finding the open ones costs the same after a million
    // orders.
    "CREATE INDEX order_heads_open ON order_heads(event) WHERE is_open = 1",
    // CROSS JOIN fixes the order: from the head to its event, never through all events.
    "CREATE VIEW orders AS SELECT e.* FROM order_heads h CROSS JOIN order_events e "
    "WHERE e.sequence = h.event",

    // sequence is the order of booking, which the average cost depends on.
    "CREATE TABLE fills("
    "sequence INTEGER PRIMARY KEY, account TEXT NOT NULL, venue TEXT NOT NULL, "
    "trade_id TEXT NOT NULL, epoch BIGINT NOT NULL, order_id TEXT NOT NULL, "
    "instrument_id BIGINT NOT NULL REFERENCES instruments(id), side TEXT NOT NULL, "
    "price BIGINT NOT NULL CHECK(price > 0), quantity BIGINT NOT NULL CHECK(quantity > 0), "
    "fee BIGINT NOT NULL CHECK(fee >= 0), realised_pnl BIGINT NOT NULL, at BIGINT NOT NULL, "
    "booked_at BIGINT NOT NULL, venue_sequence BIGINT NOT NULL, "
    "UNIQUE(account, venue, trade_id))",
    "CREATE INDEX fills_by_order ON fills(order_id)",

    "CREATE TABLE switches("
    "sequence INTEGER PRIMARY KEY AUTOINCREMENT, which TEXT NOT NULL, is_on BIGINT NOT NULL, "
    "reason TEXT NOT NULL, actor TEXT NOT NULL, at BIGINT NOT NULL)",

    "CREATE TABLE anchors(utc_day BIGINT PRIMARY KEY, equity BIGINT NOT NULL)",
};

// What an order is beyond its status, and the orders it belongs to. Rows written before are single
// orders whose fate was known.
constexpr std::array kOrderLinks{
    "ALTER TABLE order_events ADD COLUMN is_waiting BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE order_events ADD COLUMN is_triggered BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE order_events ADD COLUMN is_unresolved BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE order_events ADD COLUMN role TEXT NOT NULL DEFAULT 'SINGLE'",
    "ALTER TABLE order_events ADD COLUMN parent_id TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE order_events ADD COLUMN oco_group TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE order_events ADD COLUMN replaces TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE order_events ADD COLUMN replaced_by TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE order_events ADD COLUMN armed_quantity BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE order_events ADD COLUMN venue_quantity BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE order_events ADD COLUMN venue_notional BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE order_events ADD COLUMN inferred_quantity BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE order_events ADD COLUMN inferred_notional BIGINT NOT NULL DEFAULT 0",
    // SQLite fixes the columns of a view when it is made.
    "DROP VIEW orders",
    "CREATE VIEW orders AS SELECT e.* FROM order_heads h CROSS JOIN order_events e "
    "WHERE e.sequence = h.event",
};

// What changes the books besides fills, in step with them: an adjustment is booked after the fill
// `after_fill`. Realised P&L of fills that were booked before is by average cost.
constexpr std::array kAdjustments{
    "ALTER TABLE order_events ADD COLUMN venue_fees BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE order_events ADD COLUMN inferred_fees BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE order_events ADD COLUMN inferences BIGINT NOT NULL DEFAULT 0",
    "DROP VIEW orders",
    "CREATE VIEW orders AS SELECT e.* FROM order_heads h CROSS JOIN order_events e "
    "WHERE e.sequence = h.event",
    "ALTER TABLE fills ADD COLUMN fee_currency TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE fills ADD COLUMN fee_charged BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE fills ADD COLUMN fee_quantity BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE fills ADD COLUMN pnl_method TEXT NOT NULL DEFAULT 'average'",
    "ALTER TABLE account ADD COLUMN mode TEXT NOT NULL DEFAULT 'spot'",
    "ALTER TABLE account ADD COLUMN leverage BIGINT NOT NULL DEFAULT 100000000",
    "CREATE TABLE adjustments("
    "sequence INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, after_fill BIGINT NOT NULL, "
    "epoch BIGINT NOT NULL, kind TEXT NOT NULL, "
    "instrument_id BIGINT NOT NULL REFERENCES instruments(id), order_id TEXT NOT NULL, "
    "trade_id TEXT NOT NULL, cash BIGINT NOT NULL, fees BIGINT NOT NULL, "
    "restored_quantity BIGINT NOT NULL, restored_cost BIGINT NOT NULL, "
    "taken_quantity BIGINT NOT NULL, taken_cost BIGINT NOT NULL, new_shares BIGINT NOT NULL, "
    "old_shares BIGINT NOT NULL, realised_pnl BIGINT NOT NULL, at BIGINT NOT NULL)",
    "CREATE TABLE round_trips("
    "sequence INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, "
    "instrument_id BIGINT NOT NULL REFERENCES instruments(id), opening_order TEXT NOT NULL, "
    "side TEXT NOT NULL, strategy TEXT NOT NULL, entry_quantity BIGINT NOT NULL, "
    "entry_notional BIGINT NOT NULL, exit_quantity BIGINT NOT NULL, "
    "exit_notional BIGINT NOT NULL, fees BIGINT NOT NULL, realised_pnl BIGINT NOT NULL, "
    "opened_at BIGINT NOT NULL, closed_at BIGINT NOT NULL)",
    "CREATE TABLE period_anchors(kind TEXT NOT NULL, utc_day BIGINT NOT NULL, "
    "equity BIGINT NOT NULL, PRIMARY KEY(kind, utc_day))",
};

constexpr std::array kChain{
    "ALTER TABLE order_events ADD COLUMN hash TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE fills ADD COLUMN hash TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE adjustments ADD COLUMN hash TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE round_trips ADD COLUMN hash TEXT NOT NULL DEFAULT ''",
    // The last fill and the last adjustment in it.
    "CREATE TABLE snapshots(fill BIGINT PRIMARY KEY, adjustment BIGINT NOT NULL, "
    "state TEXT NOT NULL, hash TEXT NOT NULL)",
    // What an import found before the first fill; empty for an account that began with cash only.
    "CREATE TABLE opening_positions(instrument_id BIGINT PRIMARY KEY REFERENCES instruments(id), "
    "quantity BIGINT NOT NULL, cost BIGINT NOT NULL)",
    // Spills that were merged: each counts once, also when its file is still there.
    "CREATE TABLE merged_spills(id TEXT PRIMARY KEY, epoch BIGINT NOT NULL, "
    "actions BIGINT NOT NULL)",
    "CREATE TABLE receipts(sequence INTEGER PRIMARY KEY, kind TEXT NOT NULL, at BIGINT NOT NULL, "
    "digest TEXT NOT NULL, text TEXT NOT NULL)",
};

// What reconciliation found, what a person decided, and what became of it; what was booked for it
// is among the adjustments. Cash that was accepted belongs to no instrument; its row names the
// first one.
constexpr std::array kReconciliation{
    "ALTER TABLE adjustments ADD COLUMN actor TEXT NOT NULL DEFAULT ''",
    "CREATE TABLE reconcile_reports(id BIGINT PRIMARY KEY, epoch BIGINT NOT NULL, "
    "at BIGINT NOT NULL, cause TEXT NOT NULL, text TEXT NOT NULL)",
    "CREATE TABLE reconcile_items(id BIGINT PRIMARY KEY, "
    "report_id BIGINT NOT NULL REFERENCES reconcile_reports(id), kind TEXT NOT NULL, "
    "order_id TEXT NOT NULL, venue_order_id TEXT NOT NULL, symbol TEXT NOT NULL, "
    "side TEXT NOT NULL, ours BIGINT NOT NULL, venue BIGINT NOT NULL, price BIGINT, "
    "our_sequence BIGINT NOT NULL, venue_sequence BIGINT NOT NULL, why TEXT NOT NULL, "
    "proposal TEXT NOT NULL, quantity BIGINT NOT NULL, cash BIGINT NOT NULL)",
    "CREATE INDEX reconcile_items_by_report ON reconcile_items(report_id)",
    "CREATE TABLE reconcile_decisions(id BIGINT PRIMARY KEY, "
    "item_id BIGINT NOT NULL UNIQUE REFERENCES reconcile_items(id), verb TEXT NOT NULL, "
    "actor TEXT NOT NULL, at BIGINT NOT NULL)",
    "CREATE TABLE reconcile_outcomes(decision_id BIGINT PRIMARY KEY, outcome TEXT NOT NULL, "
    "at BIGINT NOT NULL)",
    "CREATE TABLE foreign_orders(order_id TEXT PRIMARY KEY, kind TEXT NOT NULL, "
    "venue_order_id TEXT NOT NULL, symbol TEXT NOT NULL, side TEXT NOT NULL, "
    "quantity BIGINT NOT NULL, epoch BIGINT NOT NULL, seen_at BIGINT NOT NULL)",
};

// Day trades that others told in Redis: what is lost there is shown and counted again.
constexpr std::array kForeignDayTrades{
    "CREATE TABLE foreign_day_trades(member TEXT PRIMARY KEY, unix_day BIGINT NOT NULL, "
    "epoch BIGINT NOT NULL, seen_at BIGINT NOT NULL)",
};

// What circuit breakers did, and what people asked of them; see breaker_log.h.
constexpr std::array kBreakers{
    "CREATE TABLE breaker_events("
    "sequence INTEGER PRIMARY KEY AUTOINCREMENT, breaker TEXT NOT NULL, event TEXT NOT NULL, "
    "value BIGINT NOT NULL, limit_value BIGINT NOT NULL, actor TEXT NOT NULL, "
    "reason TEXT NOT NULL, at BIGINT NOT NULL)",
    "CREATE INDEX breaker_events_last ON breaker_events(breaker, event, sequence)",
};

// Releases of the kill switch that were asked for too early or against a tripped breaker.
constexpr std::array kRefusedReleases{
    "CREATE TABLE refused_releases("
    "sequence INTEGER PRIMARY KEY AUTOINCREMENT, reason TEXT NOT NULL, actor TEXT NOT NULL, "
    "why TEXT NOT NULL, at BIGINT NOT NULL)",
};

// Stops of a part of the account; see scope_log.h.
constexpr std::array kScopedStops{
    "CREATE TABLE scoped_stops("
    "sequence INTEGER PRIMARY KEY AUTOINCREMENT, scope TEXT NOT NULL, name TEXT NOT NULL, "
    "mode TEXT NOT NULL, reason TEXT NOT NULL, actor TEXT NOT NULL, at BIGINT NOT NULL)",
};

// Orders that wait for a person, the answers, and how much the program may do by itself; see
// approval_log.h. An answer changes the row of its proposal, so there is at most one.
constexpr std::array kApprovals{
    "CREATE TABLE proposals("
    "id TEXT NOT NULL PRIMARY KEY, instrument_id BIGINT NOT NULL REFERENCES instruments(id), "
    "state TEXT NOT NULL, reason TEXT NOT NULL, decision_id TEXT NOT NULL, "
    "strategy TEXT NOT NULL, side TEXT NOT NULL, intent TEXT NOT NULL, order_type TEXT NOT NULL, "
    "time_in_force TEXT NOT NULL, quantity BIGINT NOT NULL, limit_price BIGINT NOT NULL, "
    "stop_price BIGINT NOT NULL, protective_stop BIGINT NOT NULL, profit_target BIGINT NOT NULL, "
    "reference_price BIGINT NOT NULL, signal_strength BIGINT NOT NULL, "
    "created_at BIGINT NOT NULL, expires_at BIGINT NOT NULL, updated_at BIGINT NOT NULL)",
    "CREATE INDEX proposals_open ON proposals(created_at) "
    "WHERE state IN ('PENDING', 'CLAIMED')",
    "CREATE TABLE approval_answers("
    "sequence INTEGER PRIMARY KEY AUTOINCREMENT, "
    "proposal_id TEXT NOT NULL UNIQUE REFERENCES proposals(id), verdict TEXT NOT NULL, "
    "actor TEXT NOT NULL, reason TEXT NOT NULL, at BIGINT NOT NULL)",
    "CREATE TABLE autonomy_modes("
    "sequence INTEGER PRIMARY KEY AUTOINCREMENT, mode TEXT NOT NULL, reason TEXT NOT NULL, "
    "actor TEXT NOT NULL, at BIGINT NOT NULL)",
};

}  // namespace

std::span<const sql::Migration> Migrations() {
  static const std::array steps{
      sql::Migration{"tables", kTables}, sql::Migration{"order links", kOrderLinks},
      sql::Migration{"adjustments", kAdjustments},
      // From here on, a new column of a chained table must be NULL, 0 or '' by default: see
      // chain.h.
      sql::Migration{.name = "chain and snapshots", .statements = kChain, .code = &ChainAllRows},
      sql::Migration{"reconciliation", kReconciliation},
      sql::Migration{"day trades of others", kForeignDayTrades},
      sql::Migration{"circuit breakers", kBreakers},
      sql::Migration{"refused releases", kRefusedReleases},
      sql::Migration{"scoped stops", kScopedStops}, sql::Migration{"approvals", kApprovals}};
  return steps;
}

}  // namespace bulwark::ledger
