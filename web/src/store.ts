// What the page knows, and how each message changes it. Pure: times come with the actions.

import { isNumber } from './format';
import { mergeBars, toBars, type Bar } from './market';
import type { Frame, StateDocument } from './types';

export const LOST_AFTER_MS = 3_000;
export const HEARTBEAT_STALE_S = 15;
const EQUITY_POINTS_MAX = 900;
const EQUITY_STEP_MS = 2_000;
const EVENTS_MAX = 30;

export interface Event {
  id: number;
  at: number;
  channel: string;
  data: Record<string, unknown>;
}

export interface Store {
  now: number; // Milliseconds since the epoch, as of the last action.
  document: StateDocument | null; // The last one, whatever it says.
  shown: StateDocument | null; // The last one that was read from a Redis that answered.
  receivedAt: number; // When `shown` came.
  heardAt: number; // When the server was last heard in any way.
  isSocketOpen: boolean;
  symbol: string | null; // Chosen by the user; null means the first one.
  bars: Record<string, Bar[]>;
  equity: { at: number; value: number }[];
  positionDetails: Record<string, Record<string, unknown>>;
  events: Event[];
}

export type Action =
  | { type: 'state'; document: StateDocument; now: number }
  | { type: 'frame'; frame: Frame; now: number }
  | { type: 'socket'; isOpen: boolean; now: number }
  | { type: 'history'; points: unknown }
  | { type: 'select'; symbol: string }
  | { type: 'clock'; now: number };

export function emptyStore(now: number): Store {
  return {
    now,
    document: null,
    shown: null,
    receivedAt: 0,
    heardAt: now,
    isSocketOpen: false,
    symbol: null,
    bars: {},
    equity: [],
    positionDetails: {},
    events: [],
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function withEquity(store: Store, value: number | null, now: number): Store['equity'] {
  const last = store.equity[store.equity.length - 1];
  if (!isNumber(value) || (last && now - last.at < EQUITY_STEP_MS)) {
    return store.equity;
  }
  return [...store.equity, { at: now, value }].slice(-EQUITY_POINTS_MAX);
}

// What the server remembered from before the page was opened.
function withHistory(store: Store, points: unknown): Store {
  const first = store.equity[0]?.at ?? Infinity;
  const older = (Array.isArray(points) ? points : [])
    .filter((point): point is [number, number] => Array.isArray(point) && point.length === 2 && point.every(isNumber))
    .map(([at, value]) => ({ at, value }))
    .filter((point) => point.at < first);
  return { ...store, equity: [...older, ...store.equity].slice(-EQUITY_POINTS_MAX) };
}

function withDocument(store: Store, document: StateDocument, now: number): Store {
  const heard = { ...store, now, heardAt: now };
  if (!isObject(document) || !isObject(document.metrics)) {
    return heard;
  }
  if (store.document && document.at < store.document.at) {
    return heard; // Overtaken by a newer one.
  }
  if (!document.redis.connected) {
    return { ...heard, document };
  }
  const { candles } = document;
  const bars = candles
    ? {
        ...store.bars,
        [candles.symbol]: mergeBars(store.bars[candles.symbol] ?? [], toBars(candles.rows)),
      }
    : store.bars;
  return {
    ...heard,
    document,
    shown: document,
    receivedAt: now,
    bars,
    equity: withEquity(store, document.metrics.total_value, now),
  };
}

const LISTED = new Set(['trade:executed', 'order:status', 'signal:generated', 'risk:alert', 'risk:circuit_breaker']);

function withFrame(store: Store, { channel, data }: Frame, now: number): Store {
  const heard = { ...store, now, heardAt: now };
  if (channel === 'state:snapshot') {
    return withDocument(store, data as StateDocument, now);
  }
  if (!isObject(data)) {
    return heard;
  }
  if (channel === 'portfolio:update' && Array.isArray(data.positions)) {
    const details = data.positions
      .filter(isObject)
      .filter((position) => typeof position.symbol === 'string')
      .map((position) => [position.symbol as string, position] as const);
    return details.length > 0 ? { ...heard, positionDetails: Object.fromEntries(details) } : heard;
  }
  if (LISTED.has(channel)) {
    const id = (store.events[0]?.id ?? 0) + 1;
    return { ...heard, events: [{ id, at: now, channel, data }, ...store.events].slice(0, EVENTS_MAX) };
  }
  return heard;
}

export function reduce(store: Store, action: Action): Store {
  switch (action.type) {
    case 'state':
      return withDocument(store, action.document, action.now);
    case 'frame':
      return withFrame(store, action.frame, action.now);
    case 'socket':
      return { ...store, now: action.now, isSocketOpen: action.isOpen };
    case 'history':
      return withHistory(store, action.points);
    case 'select':
      return { ...store, symbol: action.symbol };
    case 'clock':
      return { ...store, now: action.now };
  }
}

// ---- Questions to the store ----

export type Link = 'connecting' | 'live' | 'no-redis' | 'lost';

export function linkOf(store: Store): Link {
  if (store.now - store.heardAt > LOST_AFTER_MS) {
    return 'lost';
  }
  if (!store.document) {
    return 'connecting';
  }
  return store.document.redis.connected ? 'live' : 'no-redis';
}

export type Mode = 'unknown' | 'starting' | 'running' | 'reduce-only' | 'killed' | 'stopping' | 'halted';

const MODES: Record<string, Mode> = {
  starting: 'starting',
  running: 'running',
  reduce_only: 'reduce-only',
  killed: 'killed',
  halting: 'stopping',
  halted: 'halted',
};

// The key says what was ordered, the trader's own state how far it is.
export function modeOf(document: StateDocument | null): Mode {
  const said = MODES[document?.system_state?.state?.toLowerCase() ?? ''] ?? 'unknown';
  if (!document || document.halt === null) {
    return 'unknown';
  }
  return document.halt && said !== 'halted' ? 'stopping' : said;
}

// Seconds, counted on by our own clock since the document came.
export function heartbeatAge(store: Store): number | null {
  const age = store.shown?.heartbeat.age_seconds;
  return isNumber(age) ? age + Math.max(0, store.now - store.receivedAt) / 1000 : null;
}

export function symbolsOf(store: Store): string[] {
  return (store.shown?.market.symbols ?? []).map((entry) => entry.symbol);
}

export function selectedSymbol(store: Store): string | null {
  const symbols = symbolsOf(store);
  return store.symbol && symbols.includes(store.symbol) ? store.symbol : (symbols[0] ?? null);
}

export function lastPriceOf(store: Store, symbol: string | null): number | null {
  return store.shown?.market.symbols.find((entry) => entry.symbol === symbol)?.last_price ?? null;
}
