// Goal: the page never shows old as new, unknown as fine, or a stop as done before it is.
// Method: messages by hand, in good and bad order.

import { describe, expect, it } from 'vitest';

import { emptyStore, heartbeatAge, linkOf, modeOf, reduce, selectedSymbol, type Store } from './store';
import type { StateDocument } from './types';

const T = 1_700_000_000_000;

function documentOf(change: Partial<StateDocument> = {}): StateDocument {
  return {
    at: '2026-02-17T18:00:00Z',
    redis: { connected: true, reason: null },
    halt: false,
    kill_switch: 'inactive',
    kill_switch_meta: null,
    heartbeat: { at: null, age_seconds: 1, is_stale: false },
    system_state: { state: 'running' },
    system_status: null,
    metrics: {
      total_value: 100,
      cash: 50,
      pnl_daily: 0,
      tick_to_decision_ms: null,
      decision_to_fill_ms: null,
      tick_to_fill_ms: null,
    },
    market: { last_price: null, symbols: [{ symbol: 'A', last_price: 1 }, { symbol: 'B', last_price: 2 }] },
    portfolio: null,
    positions: [],
    orders: [],
    open_orders: [],
    alerts: [],
    problems: [],
    ...change,
  };
}

function after(...documents: StateDocument[]): Store {
  return documents.reduce(
    (store, document, i) => reduce(store, { type: 'state', document, now: T + i }),
    emptyStore(T),
  );
}

describe('store', () => {
  it('takes a newer document and refuses an older one', () => {
    const newer = documentOf({ at: '2026-02-17T18:00:02Z', halt: true });

    expect(after(newer, documentOf()).shown).toBe(newer);
  });

  it('keeps the last numbers while Redis is away, and says so', () => {
    const good = documentOf();
    const lost = documentOf({ at: '2026-02-17T18:00:01Z', redis: { connected: false, reason: 'refused' } });
    const store = after(good, lost);

    expect(store.shown).toBe(good);
    expect(linkOf(store)).toBe('no-redis');
  });

  it('counts the heartbeat on between documents', () => {
    const store = reduce(after(documentOf()), { type: 'clock', now: T + 20_000 });

    expect(heartbeatAge(store)).toBe(21);
  });

  it('calls the connection lost after three silent seconds', () => {
    const store = after(documentOf());

    expect(linkOf(reduce(store, { type: 'clock', now: T + 3_000 }))).toBe('live');
    expect(linkOf(reduce(store, { type: 'clock', now: T + 3_001 }))).toBe('lost');
    expect(linkOf(emptyStore(T))).toBe('connecting');
  });

  it('shows halted only when the trader says so', () => {
    expect(modeOf(null)).toBe('unknown');
    expect(modeOf(documentOf({ halt: null }))).toBe('unknown');
    expect(modeOf(documentOf({ system_state: null }))).toBe('unknown');
    expect(modeOf(documentOf())).toBe('running');
    expect(modeOf(documentOf({ halt: true }))).toBe('stopping');
    expect(modeOf(documentOf({ halt: true, system_state: null }))).toBe('stopping');
    expect(modeOf(documentOf({ halt: true, system_state: { state: 'halted' } }))).toBe('halted');
    expect(modeOf(documentOf({ halt: false, system_state: { state: 'halted' } }))).toBe('halted');
    expect(modeOf(documentOf({ system_state: { state: 'halting' } }))).toBe('stopping');
    expect(modeOf(documentOf({ system_state: { state: 'reduce_only' } }))).toBe('reduce-only');
    expect(modeOf(documentOf({ system_state: { state: 'new word' } }))).toBe('unknown');
  });

  it('lists events, newest first and not without end', () => {
    let store = emptyStore(T);
    for (let i = 0; i < 40; ++i) {
      const frame = { channel: 'trade:executed', data: { quantity: i } };
      store = reduce(store, { type: 'frame', frame, now: T });
    }

    expect(store.events).toHaveLength(30);
    expect(store.events[0]?.data.quantity).toBe(39);
    expect(new Set(store.events.map((event) => event.id)).size).toBe(30);
  });

  it('survives frames that make no sense', () => {
    const store = after(documentOf());
    for (const data of [null, 7, 'text', [], { raw: 'x' }, { positions: [null, 1, {}] }]) {
      for (const channel of ['portfolio:update', 'risk:alert', 'state:snapshot', 'unknown']) {
        expect(reduce(store, { type: 'frame', frame: { channel, data }, now: T }).shown).toBe(store.shown);
      }
    }
  });

  it('falls back to the first symbol', () => {
    const store = after(documentOf());

    expect(selectedSymbol(store)).toBe('A');
    expect(selectedSymbol(reduce(store, { type: 'select', symbol: 'B' }))).toBe('B');
    expect(selectedSymbol(reduce(store, { type: 'select', symbol: 'gone' }))).toBe('A');
  });

  it('samples equity every two seconds', () => {
    let store = emptyStore(T);
    for (let i = 0; i < 10; ++i) {
      const document = documentOf({ at: `2026-02-17T18:00:0${i}Z` });
      store = reduce(store, { type: 'state', document, now: T + i * 1_000 });
    }

    expect(store.equity).toHaveLength(5);
  });

  it('puts the history of the server before its own points', () => {
    const store = after(documentOf());
    const points = [[T - 4_000, 98], [T - 2_000, 99], [T + 9_000, 1], 'x', [1], null];

    const values = reduce(store, { type: 'history', points }).equity.map((point) => point.value);

    expect(values).toEqual([98, 99, 100]);
    expect(reduce(store, { type: 'history', points: null }).equity).toEqual(store.equity);
  });
});
