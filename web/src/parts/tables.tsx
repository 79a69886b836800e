// Positions, working orders and fills.

import type { ComponentChildren } from 'preact';

import { formatClock, formatMoney, formatPrice, formatQuantity, formatSigned, isNumber, signTone } from '../format';
import { lastPriceOf, type Store } from '../store';

const FILLS_SHOWN = 20;

interface TableProps {
  title: string;
  count: number | null;
  columns: string[];
  empty: string;
  children: ComponentChildren[];
}

// Columns whose name begins with '#' hold numbers and stand right.
function Table({ title, count, columns, empty, children }: TableProps) {
  return (
    <section class="panel" aria-label={title}>
      <h2>
        {title} {count !== null && count > 0 && <span class="count">{count}</span>}
      </h2>
      {children.length === 0 ? (
        <p class="empty">{count === null ? 'Not known' : empty}</p>
      ) : (
        <div class="scroll" tabIndex={0} role="group" aria-label={`${title}, scrollable`}>
          <table>
            <thead>
              <tr>
                {columns.map((column) => (
                  <th key={column} scope="col" class={column.startsWith('#') ? 'number' : ''}>
                    {column.replace('#', '')}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>{children}</tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function Side({ side }: { side: string }) {
  return <span class={`side tone-${side === 'BUY' ? 'good' : 'bad'}`}>{side}</span>;
}

export function Positions({ store }: { store: Store }) {
  const positions = store.shown?.positions ?? null;
  const rows = (positions ?? []).map(({ instrument_id, quantity }) => {
    const details = store.positionDetails[instrument_id] ?? {};
    const price = lastPriceOf(store, instrument_id);
    const entry = details.avg_entry_price;
    const profit = isNumber(price) && isNumber(entry) ? (price - entry) * quantity : null;
    return (
      <tr key={instrument_id}>
        <th scope="row">{instrument_id}</th>
        <td class="number">{formatQuantity(quantity)}</td>
        <td class="number">{formatPrice(entry)}</td>
        <td class="number">{formatPrice(price)}</td>
        <td class="number">{formatMoney(isNumber(price) ? price * quantity : null)}</td>
        <td class={`number tone-${signTone(profit)}`}>{formatSigned(profit)}</td>
      </tr>
    );
  });
  return (
    <Table
      title="Positions"
      count={positions?.length ?? null}
      columns={['Symbol', '#Quantity', '#Entry', '#Last', '#Value', '#Open P&L']}
      empty="No positions"
    >
      {rows}
    </Table>
  );
}

export function OpenOrders({ store }: { store: Store }) {
  const orders = store.shown?.open_orders ?? null;
  const rows = (orders ?? []).map((order) => (
    <tr key={order.id}>
      <td>{formatClock(order.created_at)}</td>
      <th scope="row">{order.instrument_id}</th>
      <td>
        <Side side={order.side} />
      </td>
      <td>{order.order_type}</td>
      <td class="number">{formatQuantity(order.quantity)}</td>
      <td class="number">{formatQuantity(order.filled_quantity)}</td>
      <td class="number">{formatPrice(order.limit_price)}</td>
      <td>{order.status}</td>
    </tr>
  ));
  return (
    <Table
      title="Open orders"
      count={orders?.length ?? null}
      columns={['Time', 'Symbol', 'Side', 'Type', '#Quantity', '#Filled', '#Limit', 'Status']}
      empty="No open orders"
    >
      {rows}
    </Table>
  );
}

export function Fills({ store }: { store: Store }) {
  // The key does not exist before the first fill; only an unreadable one is not known.
  const isUnreadable = store.shown?.problems.some((problem) => problem.key === 'VIEW:ORDERS') ?? true;
  const fills = store.shown?.orders ?? (isUnreadable ? null : []);
  const newest = (fills ?? []).slice(-FILLS_SHOWN).reverse();
  const rows = newest.map((fill, i) => (
    <tr key={`${fill.order_id}-${fill.ts}-${i}`}>
      <td>{formatClock(fill.ts)}</td>
      <th scope="row">{fill.instrument_id ?? '–'}</th>
      <td>
        <Side side={fill.side} />
      </td>
      <td class="number">{formatQuantity(fill.fill_qty ?? fill.qty)}</td>
      <td class="number">{formatPrice(fill.price)}</td>
      <td class="number">{formatMoney(fill.fee)}</td>
      <td>{fill.status}</td>
    </tr>
  ));
  return (
    <Table
      title="Recent fills"
      count={fills?.length ?? null}
      columns={['Time', 'Symbol', 'Side', '#Quantity', '#Price', '#Fee', 'Status']}
      empty="No fills yet"
    >
      {rows}
    </Table>
  );
}
