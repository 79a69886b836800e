// Goal: every number reads as a person expects, and what is not known never reads as a number.
// Method: values by hand, with the edges of each rule.

import { describe, expect, it } from 'vitest';

import * as format from './format';

describe('format', () => {
  it('shows what is missing as a dash', () => {
    for (const value of [null, undefined, NaN, Infinity, '1']) {
      expect(format.formatMoney(value)).toBe(format.NONE);
      expect(format.formatPrice(value)).toBe(format.NONE);
      expect(format.formatPercent(value)).toBe(format.NONE);
      expect(format.formatAge(value)).toBe(format.NONE);
      expect(format.formatMillis(value)).toBe(format.NONE);
    }
    expect(format.formatClock('yesterday')).toBe(format.NONE);
  });

  it('groups money and keeps two decimals', () => {
    expect(format.formatMoney(1234567.891)).toBe('1,234,567.89');
    expect(format.formatSigned(5)).toBe('+5.00');
    expect(format.formatSigned(-5)).toBe('-5.00');
  });

  it('gives small prices more decimals', () => {
    expect(format.formatPrice(60_123.456)).toBe('60,123.46');
    expect(format.formatPrice(12.3456)).toBe('12.346');
    expect(format.formatPrice(0.00001234)).toBe('0.00001234');
    expect(format.formatPrice(0)).toBe('0.00');
  });

  it('shows fractions as percent without a signed zero', () => {
    expect(format.formatPercent(-0.012)).toBe('-1.20 %');
    expect(format.formatPercent(0.012)).toBe('+1.20 %');
    expect(format.formatPercent(-0.00001)).toBe('0.00 %');
  });

  it('shortens ages', () => {
    expect([0.44, 12.9, 60, 7_199, 90_000].map(format.formatAge)).toEqual(['0.4 s', '12 s', '1 min', '1 h', '1 d']);
  });

  it('colours latencies by the limits of the contract', () => {
    expect([120, 120.1, 320, 321, null].map(format.latencyTone)).toEqual(['good', 'warn', 'warn', 'bad', 'none']);
  });

  it('shows times in UTC', () => {
    expect(format.formatClock('2026-02-17T20:00:01.5+02:00')).toBe('18:00:01');
  });
});
