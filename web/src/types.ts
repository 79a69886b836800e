// The documents of the server, as docs/api.md describes them. Everything may be null: the page shows
// what it knows and says what it does not.

export interface Candle {
  timestamp: string;
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
}

export interface FillRow {
  order_id: string;
  instrument_id?: string;
  side: string;
  qty: number;
  price: number;
  status: string;
  ts: string;
  // The market's own time of the fill; in a replay another day than ts.
  market_ts?: string;
  fill_qty?: number;
  fee?: number;
}

export interface OrderDocument {
  id: string;
  instrument_id: string;
  side: string;
  intent: string;
  quantity: number;
  filled_quantity: number;
  order_type: string;
  status: string;
  limit_price: number | null;
  created_at: string;
}

export interface PositionRow {
  instrument_id: string;
  quantity: number;
}

export interface Alert {
  event_key: string;
  timestamp?: string;
  level?: string;
  event?: string;
  message?: string;
  [detail: string]: unknown;
}

export interface Problem {
  key: string;
  value: string;
  reason: string;
}

export interface SymbolPrice {
  symbol: string;
  last_price: number | null;
}

// An order that waits for a person.
export interface ProposedOrder {
  id: string;
  symbol: string;
  side: string;
  order_type: string;
  quantity: number;
  limit_price: number | null;
  strategy_name: string;
  created_at: string;
  metadata: { reference_price?: number; requires_approval_by?: string };
}

export interface StateDocument {
  at: string;
  redis: { connected: boolean; reason: string | null };
  halt: boolean | null;
  kill_switch: 'active' | 'inactive' | null;
  kill_switch_meta: { reason?: string; [detail: string]: unknown } | null;
  heartbeat: { at: string | null; age_seconds: number | null; is_stale: boolean };
  system_state: {
    state?: string;
    reason?: string;
    since?: string;
    mode?: string;
    gate_closed_at?: string | null;
    events_processed?: number;
    epoch?: number;
  } | null;
  system_status: { broker?: string; feed?: string } | null;
  metrics: {
    total_value: number | null;
    cash: number | null;
    pnl_daily: number | null;
    tick_to_decision_ms: number | null;
    decision_to_fill_ms: number | null;
    tick_to_fill_ms: number | null;
  };
  market: { last_price: number | null; symbols: SymbolPrice[] };
  portfolio: { blocked_cash?: number } | null;
  positions: PositionRow[] | null;
  orders: FillRow[] | null;
  open_orders: OrderDocument[] | null;
  alerts: Alert[] | null;
  autonomy?: { mode: string | null; since: string | null };
  approvals?: ProposedOrder[] | null;
  problems: Problem[];
  candles?: { symbol: string; rows: Candle[] | null };
}

export interface Frame {
  channel: string;
  data: unknown;
}
