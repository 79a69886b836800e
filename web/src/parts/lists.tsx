// Alerts as the system keeps them, and the events seen since the page was opened.

import { formatClock, formatPrice, formatQuantity, levelTone } from '../format';
import type { Event, Store } from '../store';
import type { Alert } from '../types';

const HIDDEN_DETAILS = new Set(['timestamp', 'level', 'event', 'message', 'event_key']);

function detailsOf(alert: Alert): string {
  return Object.entries(alert)
    .filter(([name]) => !HIDDEN_DETAILS.has(name))
    .map(([name, value]) => `${name.replaceAll('_', ' ')}: ${String(value)}`)
    .join(' · ');
}

export function Alerts({ store }: { store: Store }) {
  const alerts = store.shown?.alerts ?? null;
  return (
    <section class="panel" aria-label="Alerts">
      <h2>Alerts</h2>
      {alerts === null || alerts.length === 0 ? (
        <p class="empty">{alerts === null ? 'Not known' : 'No alerts'}</p>
      ) : (
        <ul class="list" tabIndex={0} aria-label="Alerts, newest first">
          {alerts.map((alert) => (
            <li key={alert.event_key} class={`tone-${levelTone(alert.level)}`}>
              <div class="list-head">
                <span class="badge level">{alert.level ?? 'INFO'}</span>
                <strong>{(alert.event ?? 'event').replaceAll('_', ' ').toLowerCase()}</strong>
                <time>{formatClock(alert.timestamp)}</time>
              </div>
              {alert.message && <p>{alert.message}</p>}
              <p class="details">{detailsOf(alert)}</p>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function textOf({ channel, data }: Event): string {
  const symbol = String(data.symbol ?? '');
  switch (channel) {
    case 'trade:executed':
      return `${String(data.side)} ${formatQuantity(data.quantity)} ${symbol} at ${formatPrice(data.price)}`;
    case 'order:status':
      return `${symbol} order ${String(data.status).replaceAll('_', ' ').toLowerCase()}`;
    case 'signal:generated':
      return `${String(data.direction)} ${symbol}, ${String(data.strategy_name ?? data.strategy ?? '')}`;
    case 'risk:circuit_breaker':
      return `${String(data.breaker)} ${String(data.action)}`;
    default:
      return `${String(data.type ?? channel)}: ${String(data.reason ?? '')}`;
  }
}

const EVENT_NAMES: Record<string, string> = {
  'trade:executed': 'trade',
  'order:status': 'order',
  'signal:generated': 'signal',
  'risk:alert': 'risk',
  'risk:circuit_breaker': 'breaker',
};

export function Activity({ store }: { store: Store }) {
  return (
    <section class="panel" aria-label="Activity">
      <h2>Activity</h2>
      {store.events.length === 0 ? (
        <p class="empty">Nothing since this page was opened</p>
      ) : (
        <ul class="list activity" tabIndex={0} aria-label="Activity, newest first">
          {store.events.map((event) => (
            <li key={event.id} data-channel={event.channel}>
              <span class="badge">{EVENT_NAMES[event.channel]}</span>
              <span class="text">{textOf(event)}</span>
              <time>{formatClock(new Date(event.at).toISOString())}</time>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
