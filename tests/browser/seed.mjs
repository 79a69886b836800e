// Writes what a trader in the middle of a day writes: same keys, same documents. Seeded, so that every
// run shows the same picture.

const SYMBOLS = [
  ['BTC/USDT', 61_250, 0.0012],
  ['ETH/USDT', 2_640, 0.0016],
  ['SOL/USDT', 154.2, 0.0022],
];

export function isoTime(millis) {
  return new Date(millis).toISOString().replace('Z', '000+00:00');
}

function randomOf(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

export function candlesOf(start, step, end, seed) {
  const random = randomOf(seed);
  const rows = [];
  let close = start;
  for (let i = 49; i >= 0; --i) {
    const open = close;
    close = open * (1 + (random() - 0.48) * 2 * step);
    const high = Math.max(open, close) * (1 + random() * step * 0.7);
    const low = Math.min(open, close) * (1 - random() * step * 0.7);
    const timestamp = isoTime(Math.floor(end / 10_000) * 10_000 - i * 10_000);
    rows.push({ timestamp, open, high, low, close, volume: 1 + random() * 9 });
  }
  return rows;
}

function fillsOf(candles) {
  const fills = [];
  for (const [symbol, rows] of candles) {
    for (const [at, side] of [[12, 'BUY'], [27, 'SELL'], [39, 'BUY']]) {
      const row = rows[at];
      const price = row.close;
      const qty = Number((4_000 / price).toFixed(5));
      fills.push({
        ...{ order_id: `00000000-0000-4000-8000-${String(fills.length).padStart(12, '0')}`, instrument_id: symbol },
        ...{ side, qty, price, status: 'FILLED', ts: row.timestamp.replace('00.000000', '04.250000') },
        ...{ fill_qty: qty, fee: price * qty * 0.001 },
      });
    }
  }
  return fills.sort((a, b) => a.ts.localeCompare(b.ts));
}

// The keys and their values, as of `now`.
export function seedValues(now = Date.now()) {
  const values = new Map();
  const candles = SYMBOLS.map(([symbol, start, step], i) => [symbol, candlesOf(start, step, now, i + 3)]);
  for (const [symbol, rows] of candles) {
    const suffix = symbol.replace('/', '_');
    values.set(`MARKET:OHLCV:${suffix}`, JSON.stringify(rows));
    values.set(`MARKET:LAST_PRICE:${suffix}`, String(rows[49].close));
  }
  const fills = fillsOf(candles);
  const open = {
    ...{ id: '1da26b1b-0000-4000-8000-000000000001', decision_id: null, instrument_id: 'ETH/USDT', side: 'SELL' },
    ...{ intent: 'CLOSE_LONG', quantity: 1.5, order_type: 'LIMIT', status: 'PARTIALLY_FILLED', limit_price: 2_688.5 },
    ...{ filled_quantity: 0.5, created_at: isoTime(now - 8_000) },
  };
  const positions = fills.slice(-3).map(({ instrument_id, qty }) => ({ instrument_id, quantity: qty }));
  const alerts = [
    [4_000, { level: 'WARNING', event: 'ORDER_SUBMISSION_TIMEOUT', message: 'Order submission timed out', order_id: open.id, timeout_seconds: 10 }],
    [95_000, { level: 'ERROR', event: 'ORDER_REJECTED', message: 'Order rejected by the venue', symbol: 'SOL/USDT', status: 'REJECTED' }],
    [600_000, { level: 'INFO', event: 'STARTUP', message: 'Books agree with the venue', orders: 0 }],
  ];
  for (const [age, alert] of alerts) {
    values.set(`ALERTS:EVENT:${now - age}`, JSON.stringify({ timestamp: isoTime(now - age), ...alert }));
  }
  const fixed = {
    'SYSTEM:HALT': 'false',
    'SYSTEM:HEARTBEAT': isoTime(now),
    'SYSTEM:STATE': JSON.stringify({ state: 'running', reason: '', since: isoTime(now - 600_000), mode: 'paper' }),
    'system:status': JSON.stringify({ broker: 'connected', feed: 'connected' }),
    'risk:kill_switch': 'inactive',
    'METRICS:TOTAL_VALUE': '100742.18',
    'METRICS:CASH': '88211.42',
    'METRICS:PNL_DAILY': '0.0074218',
    'METRICS:LATENCY:TICK_TO_DECISION_MS': '0.084',
    'METRICS:LATENCY:DECISION_TO_FILL_MS': '148.2',
    'METRICS:LATENCY:TICK_TO_FILL_MS': '341.9',
    'MARKET:LAST_PRICE': String(candles[0][1][49].close),
    'MARKET:LAST_TICK': JSON.stringify({ symbol: 'BTC/USDT', price: candles[0][1][49].close, timestamp: isoTime(now) }),
    'MARKET:ACTIVE_SYMBOLS': JSON.stringify(SYMBOLS.map(([symbol]) => symbol)),
    'VIEW:POSITIONS': JSON.stringify(positions),
    'VIEW:ORDERS': JSON.stringify(fills),
    'oms:portfolio': JSON.stringify({ cash: 88211.42, positions: {}, blocked_cash: 412.5, blocked_positions: {} }),
    [`oms:order:${open.id}`]: JSON.stringify(open),
    'ALERTS:LAST': JSON.stringify(alerts[0][1]),
  };
  for (const [key, value] of Object.entries(fixed)) {
    values.set(key, value);
  }
  return { values, openOrder: open.id, candles: Object.fromEntries(candles), fills };
}

export async function seed(redis, now = Date.now()) {
  const seeded = seedValues(now);
  await redis.do('FLUSHALL');
  await redis.do('MSET', ...[...seeded.values].flat());
  await redis.do('SADD', 'oms:orders:open', seeded.openOrder);
  return seeded;
}
