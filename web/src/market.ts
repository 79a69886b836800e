// Candles and fills prepared for the chart. Pure functions.

import { isNumber } from './format';
import type { Candle, FillRow } from './types';

export interface Bar {
  time: number; // Seconds since the epoch, UTC.
  open: number;
  high: number;
  low: number;
  close: number;
}

export interface FillMark {
  time: number;
  isBuy: boolean;
  price: number;
  quantity: number;
}

export const BARS_MAX = 600;

// Rows that the chart can draw: complete, finite, each time once, ascending.
export function toBars(rows: Candle[] | null | undefined): Bar[] {
  const byTime = new Map<number, Bar>();
  for (const row of Array.isArray(rows) ? rows : []) {
    const time = Math.floor(Date.parse(row?.timestamp) / 1000);
    const { open, high, low, close } = row ?? {};
    if (Number.isFinite(time) && [open, high, low, close].every(isNumber)) {
      byTime.set(time, { time, open, high, low, close });
    }
  }
  return [...byTime.values()].sort((a, b) => a.time - b.time);
}

// The server keeps 50 candles; the page remembers more of those it saw. A gap is left as a gap, a step
// back in time (another replay) starts over.
export function mergeBars(known: Bar[], fresh: Bar[]): Bar[] {
  const first = fresh[0];
  const last = known[known.length - 1];
  if (!first) {
    return known;
  }
  const end = fresh[fresh.length - 1] as Bar;
  const older = last && end.time < last.time ? [] : known.filter((bar) => bar.time < first.time);
  return [...older, ...fresh].slice(-BARS_MAX);
}

// The newest bar moves with the last price between two readings of the candles.
export function withLastPrice(bars: Bar[], price: number | null | undefined): Bar[] {
  const last = bars[bars.length - 1];
  if (!last || !isNumber(price)) {
    return bars;
  }
  const moved = {
    ...last,
    close: price,
    high: Math.max(last.high, price),
    low: Math.min(last.low, price),
  };
  return [...bars.slice(0, -1), moved];
}

// Fills of one symbol, each at the bar in which it happened; older ones than the first bar are left out.
export function fillMarks(fills: FillRow[] | null, bars: Bar[], symbol: string, isOnly: boolean): FillMark[] {
  const marks: FillMark[] = [];
  for (const fill of fills ?? []) {
    const isOurs = fill.instrument_id === undefined ? isOnly : fill.instrument_id === symbol;
    const at = Date.parse(fill.market_ts ?? fill.ts) / 1000;
    const bar = bars.findLast((candidate) => candidate.time <= at);
    if (isOurs && bar && isNumber(fill.price)) {
      marks.push({
        time: bar.time,
        isBuy: fill.side === 'BUY',
        price: fill.price,
        quantity: fill.fill_qty ?? fill.qty,
      });
    }
  }
  return marks.sort((a, b) => a.time - b.time);
}

// An SVG path through the values, in a box of the given size; empty for fewer than two.
export function sparkline(values: number[], width: number, height: number): string {
  if (values.length < 2) {
    return '';
  }
  const low = Math.min(...values);
  const span = Math.max(...values) - low;
  return values
    .map((value, i) => {
      const x = (i / (values.length - 1)) * width;
      const y = span === 0 ? height / 2 : height - ((value - low) / span) * height;
      return `${i === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`;
    })
    .join('');
}
