// Numbers and times as people read them. A missing value is an en dash, never a zero.

export const NONE = '–';

const money = new Intl.NumberFormat('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

export function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

export function formatMoney(value: unknown): string {
  return isNumber(value) ? money.format(value) : NONE;
}

export function formatSigned(value: unknown): string {
  return isNumber(value) ? (value > 0 ? '+' : '') + money.format(value) : NONE;
}

// Large prices with two decimals, small ones with as many as make five digits.
export function formatPrice(value: unknown): string {
  if (!isNumber(value)) {
    return NONE;
  }
  const size = Math.abs(value);
  const decimals = size >= 100 || size === 0 ? 2 : Math.min(8, 4 - Math.floor(Math.log10(size)));
  return value.toLocaleString('en-US', {
    minimumFractionDigits: Math.min(decimals, 4),
    maximumFractionDigits: decimals,
  });
}

export function formatQuantity(value: unknown): string {
  return isNumber(value) ? value.toLocaleString('en-US', { maximumFractionDigits: 8 }) : NONE;
}

// A fraction as percent, with its sign.
export function formatPercent(fraction: unknown): string {
  if (!isNumber(fraction)) {
    return NONE;
  }
  const percent = fraction * 100;
  const rounded = Math.abs(percent) < 0.005 ? 0 : percent;
  return `${rounded > 0 ? '+' : ''}${rounded.toFixed(2)} %`;
}

export function formatMillis(value: unknown): string {
  if (!isNumber(value)) {
    return NONE;
  }
  return value < 10 ? `${value.toFixed(1)} ms` : `${Math.round(value).toLocaleString('en-US')} ms`;
}

// "0.4 s", "12 s", "3 min", "5 h", "2 d".
export function formatAge(seconds: unknown): string {
  if (!isNumber(seconds)) {
    return NONE;
  }
  if (seconds < 10) {
    return `${Math.max(0, seconds).toFixed(1)} s`;
  }
  const steps: [number, string][] = [
    [86_400, 'd'],
    [3_600, 'h'],
    [60, 'min'],
  ];
  for (const [size, unit] of steps) {
    if (seconds >= size) {
      return `${Math.floor(seconds / size)} ${unit}`;
    }
  }
  return `${Math.floor(seconds)} s`;
}

// The time of day in UTC, as everything here is.
export function formatClock(iso: unknown): string {
  const at = typeof iso === 'string' ? Date.parse(iso) : NaN;
  return Number.isNaN(at) ? NONE : new Date(at).toISOString().slice(11, 19);
}

export type Tone = 'good' | 'warn' | 'bad' | 'none';

// The limits of the contract: up to 120 ms is good, up to 320 ms is noticed.
export function latencyTone(millis: unknown): Tone {
  if (!isNumber(millis)) {
    return 'none';
  }
  return millis <= 120 ? 'good' : millis <= 320 ? 'warn' : 'bad';
}

export function signTone(value: unknown): Tone {
  return !isNumber(value) || value === 0 ? 'none' : value > 0 ? 'good' : 'bad';
}

export function levelTone(level: unknown): Tone {
  switch (String(level).toUpperCase()) {
    case 'CRITICAL':
    case 'ERROR':
      return 'bad';
    case 'WARNING':
      return 'warn';
    default:
      return 'none';
  }
}
