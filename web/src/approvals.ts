// Orders that wait for a person: whether the page shows them, and how long each can still be approved. Pure.

import type { ProposedOrder, StateDocument } from './types';

// Where nobody is ever asked and nothing waits, there is nothing to show.
export function showsApprovals(document: StateDocument | null): boolean {
  const mode = document?.autonomy?.mode ?? null;
  const waits = (document?.approvals?.length ?? 0) > 0;
  return waits || mode === 'MANUAL_APPROVAL' || mode === 'BOUNDED_AUTONOMOUS';
}

// "14:05", minutes and seconds; empty when the order does not say until when.
export function timeLeft(order: ProposedOrder, now: number): string {
  const until = Date.parse(order.metadata.requires_approval_by ?? '');
  if (!Number.isFinite(until)) {
    return '';
  }
  const seconds = Math.max(0, Math.floor((until - now) / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

export function nameOfMode(mode: string | null | undefined): string {
  return mode ? mode.replaceAll('_', ' ').toLowerCase() : 'not known';
}
