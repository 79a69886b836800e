// Goal: an order that waits is never hidden, and an answer is told as the trader gave it.
// Method: documents by hand; a fetch that answers what the server would.

import { afterEach, describe, expect, it, vi } from 'vitest';

import { nameOfMode, showsApprovals, timeLeft } from './approvals';
import { sendAnswer } from './live';
import type { ProposedOrder, StateDocument } from './types';

const T = Date.parse('2026-11-21T20:30:00Z');

const order: ProposedOrder = {
  id: '1da26b1b-0000-4000-8000-000000000001',
  symbol: 'AAPL',
  side: 'BUY',
  order_type: 'MARKET',
  quantity: 10,
  limit_price: null,
  strategy_name: 'ema_cross',
  created_at: '2026-11-21T20:30:00Z',
  metadata: { reference_price: 170.5, requires_approval_by: '2026-11-21T20:45:00Z' },
};

const documentWith = (mode: string | null, approvals: ProposedOrder[] | null) =>
  ({ autonomy: { mode, since: null }, approvals }) as StateDocument;

describe('showsApprovals', () => {
  it('shows the panel in the modes that ask, and wherever something waits', () => {
    expect(showsApprovals(documentWith('MANUAL_APPROVAL', []))).toBe(true);
    expect(showsApprovals(documentWith('BOUNDED_AUTONOMOUS', null))).toBe(true);
    expect(showsApprovals(documentWith('PAPER_ONLY', []))).toBe(false);
    expect(showsApprovals(documentWith('PAPER_ONLY', [order]))).toBe(true);
    expect(showsApprovals(documentWith(null, [order]))).toBe(true);
    expect(showsApprovals(null)).toBe(false);
  });
});

describe('timeLeft', () => {
  it('counts down to zero and not beyond', () => {
    expect(timeLeft(order, T)).toBe('15:00');
    expect(timeLeft(order, T + 14 * 60_000 + 55_000)).toBe('0:05');
    expect(timeLeft(order, T + 3_600_000)).toBe('0:00');
    expect(timeLeft({ ...order, metadata: {} }, T)).toBe('');
  });
});

describe('nameOfMode', () => {
  it('spells the mode for people', () => {
    expect(nameOfMode('FULL_AUTONOMOUS')).toBe('full autonomous');
    expect(nameOfMode(null)).toBe('not known');
  });
});

describe('sendAnswer', () => {
  afterEach(() => vi.unstubAllGlobals());

  const answering = (status: number, body: unknown) =>
    vi.stubGlobal('fetch', async () => new Response(JSON.stringify(body), { status }));

  it('is done when the order was sent or rejected', async () => {
    answering(200, { status: 'approved', order });
    expect(await sendAnswer(order.id, 'approve')).toEqual({ isDone: true, text: null });
    answering(200, { status: 'rejected', order_id: order.id, reason: '' });
    expect(await sendAnswer(order.id, 'reject')).toEqual({ isDone: true, text: null });
  });

  it('tells why an approved order was not sent', async () => {
    answering(200, { status: 'error', message: 'REJECTED: MAX_POSITION: 6, limit 5' });
    expect(await sendAnswer(order.id, 'approve')).toEqual({
      isDone: false,
      text: 'REJECTED: MAX_POSITION: 6, limit 5',
    });
    answering(503, { error: 'ledger.db: locked' });
    expect((await sendAnswer(order.id, 'approve')).text).toBe('ledger.db: locked');
  });

  it('names the command line when the server is away', async () => {
    vi.stubGlobal('fetch', async () => Promise.reject(new Error('refused')));
    expect((await sendAnswer(order.id, 'reject')).text).toContain(`bulwark reject ${order.id}`);
  });
});
