-- A ledger of schema version 1, as version 0.1.0 of the program made it, before its first order.
PRAGMA journal_mode=WAL;
CREATE TABLE account(id INTEGER PRIMARY KEY CHECK(id = 1), name TEXT NOT NULL, venue TEXT NOT NULL, opening_cash BIGINT NOT NULL, created_at BIGINT NOT NULL);
CREATE TABLE runs(epoch INTEGER PRIMARY KEY AUTOINCREMENT, started_at BIGINT NOT NULL, pid BIGINT NOT NULL, host TEXT NOT NULL, version TEXT NOT NULL);
CREATE TABLE instruments(id INTEGER PRIMARY KEY, symbol TEXT NOT NULL UNIQUE);
CREATE TABLE order_events(sequence INTEGER PRIMARY KEY, epoch BIGINT NOT NULL, order_id TEXT NOT NULL, decision_id TEXT NOT NULL, instrument_id BIGINT NOT NULL REFERENCES instruments(id), side TEXT NOT NULL, intent TEXT NOT NULL, order_type TEXT NOT NULL, time_in_force TEXT NOT NULL, status TEXT NOT NULL, origin TEXT NOT NULL, reduce_only BIGINT NOT NULL, cancel_requested BIGINT NOT NULL, quantity BIGINT NOT NULL, filled_quantity BIGINT NOT NULL, filled_notional BIGINT NOT NULL, fees_paid BIGINT NOT NULL, limit_price BIGINT, stop_price BIGINT, reserved_cash BIGINT NOT NULL, reserved_cash_remaining BIGINT NOT NULL, reserved_quantity BIGINT NOT NULL, reserved_quantity_remaining BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL, external_id TEXT NOT NULL, strategy TEXT NOT NULL, reason TEXT NOT NULL);
CREATE TABLE order_heads(order_id TEXT NOT NULL PRIMARY KEY, event BIGINT NOT NULL, is_open BIGINT NOT NULL) WITHOUT ROWID;
CREATE INDEX order_heads_open ON order_heads(event) WHERE is_open = 1;
CREATE VIEW orders AS SELECT e.* FROM order_heads h CROSS JOIN order_events e WHERE e.sequence = h.event;
CREATE TABLE fills(sequence INTEGER PRIMARY KEY, account TEXT NOT NULL, venue TEXT NOT NULL, trade_id TEXT NOT NULL, epoch BIGINT NOT NULL, order_id TEXT NOT NULL, instrument_id BIGINT NOT NULL REFERENCES instruments(id), side TEXT NOT NULL, price BIGINT NOT NULL CHECK(price > 0), quantity BIGINT NOT NULL CHECK(quantity > 0), fee BIGINT NOT NULL CHECK(fee >= 0), realised_pnl BIGINT NOT NULL, at BIGINT NOT NULL, booked_at BIGINT NOT NULL, venue_sequence BIGINT NOT NULL, UNIQUE(account, venue, trade_id));
CREATE INDEX fills_by_order ON fills(order_id);
CREATE TABLE switches(sequence INTEGER PRIMARY KEY AUTOINCREMENT, which TEXT NOT NULL, is_on BIGINT NOT NULL, reason TEXT NOT NULL, actor TEXT NOT NULL, at BIGINT NOT NULL);
CREATE TABLE anchors(utc_day BIGINT PRIMARY KEY, equity BIGINT NOT NULL);
CREATE TABLE schema_version(version BIGINT PRIMARY KEY, name TEXT NOT NULL, applied_at BIGINT NOT NULL);
INSERT INTO schema_version VALUES(1, 'tables', 0);
INSERT INTO account VALUES(1, 'main', 'paper', 10000000000000000, 0);
INSERT INTO runs(started_at, pid, host, version) VALUES(0, 1, 'old', '0.1.0');
