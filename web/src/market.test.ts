// Goal: the chart gets only bars and marks that it can draw, whatever the keys hold.
// Method: rows by hand, good and damaged.

import { describe, expect, it } from 'vitest';

import { BARS_MAX, fillMarks, mergeBars, sparkline, toBars, withLastPrice, type Bar } from './market';
import type { Candle, FillRow } from './types';

function row(minute: number, close: number): Candle {
  const timestamp = `2026-02-17T18:${String(minute).padStart(2, '0')}:00+00:00`;
  return { timestamp, open: close, high: close + 1, low: close - 1, close, volume: 1 };
}

function bar(time: number): Bar {
  return { time, open: 1, high: 1, low: 1, close: 1 };
}

const START = Date.parse('2026-02-17T18:00:00Z') / 1000;

describe('toBars', () => {
  it('orders rows and drops those it cannot draw', () => {
    const broken = { ...row(5, 1), close: null } as unknown as Candle;
    const bars = toBars([row(2, 12), row(1, 11), row(2, 13), broken, null as unknown as Candle]);

    expect(bars.map(({ time, close }) => [time - START, close])).toEqual([
      [60, 11],
      [120, 13],
    ]);
    expect(toBars(null)).toEqual([]);
    expect(toBars({} as unknown as Candle[])).toEqual([]);
  });
});

describe('mergeBars', () => {
  it('remembers bars that the server forgot', () => {
    expect(mergeBars([bar(1), bar(2)], [bar(2), bar(3)]).map((b) => b.time)).toEqual([1, 2, 3]);
  });

  it('starts over when time steps back', () => {
    expect(mergeBars([bar(10), bar(20)], [bar(5), bar(6)]).map((b) => b.time)).toEqual([5, 6]);
  });

  it('keeps what it has when nothing comes, and has a limit', () => {
    expect(mergeBars([bar(1)], [])).toEqual([bar(1)]);
    const many = Array.from({ length: BARS_MAX + 10 }, (_, i) => bar(i));
    expect(mergeBars([], many)).toHaveLength(BARS_MAX);
  });
});

describe('withLastPrice', () => {
  it('moves the newest bar only', () => {
    expect(withLastPrice([bar(1), bar(2)], 3)).toEqual([bar(1), { time: 2, open: 1, high: 3, low: 1, close: 3 }]);
    expect(withLastPrice([bar(1)], null)).toEqual([bar(1)]);
    expect(withLastPrice([], 3)).toEqual([]);
  });
});

describe('fillMarks', () => {
  const fill: FillRow = {
    order_id: 'o',
    instrument_id: 'BTC/USDT',
    side: 'BUY',
    qty: 2,
    fill_qty: 1,
    price: 110,
    status: 'FILLED',
    ts: '2026-02-17T18:01:59+00:00',
  };
  const bars = toBars([row(1, 11), row(2, 12)]);

  it('puts a fill at the bar in which it happened', () => {
    expect(fillMarks([fill], bars, 'BTC/USDT', false)).toEqual([
      { time: START + 60, isBuy: true, price: 110, quantity: 1 },
    ]);
  });

  it('goes by the market time of a replayed fill', () => {
    const replayed = { ...fill, ts: '2026-11-22T01:00:00+00:00', market_ts: fill.ts };
    expect(fillMarks([replayed], bars, 'BTC/USDT', false)[0]?.time).toBe(START + 60);
  });

  it('leaves out other symbols, old fills and damaged ones', () => {
    const old = { ...fill, ts: '2026-02-17T17:00:00+00:00' };
    const damaged = { ...fill, ts: 'soon' };
    expect(fillMarks([{ ...fill, instrument_id: 'A' }, old, damaged], bars, 'BTC/USDT', false)).toEqual([]);
    expect(fillMarks(null, bars, 'BTC/USDT', false)).toEqual([]);
  });

  it('takes rows without a symbol when there is only one', () => {
    const { instrument_id: _, ...bare } = fill;
    expect(fillMarks([bare], bars, 'BTC/USDT', true)).toHaveLength(1);
    expect(fillMarks([bare], bars, 'BTC/USDT', false)).toHaveLength(0);
  });
});

describe('sparkline', () => {
  it('fills its box, also for a flat line', () => {
    expect(sparkline([1, 3, 2], 100, 10)).toBe('M0.0 10.0L50.0 0.0L100.0 5.0');
    expect(sparkline([5, 5], 100, 10)).toBe('M0.0 5.0L100.0 5.0');
    expect(sparkline([5], 100, 10)).toBe('');
  });
});
