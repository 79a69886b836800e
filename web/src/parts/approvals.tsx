// The orders that wait for a person, with the mode that makes them wait.

import { useState } from 'preact/hooks';

import { nameOfMode, showsApprovals, timeLeft } from '../approvals';
import { formatPrice, formatQuantity } from '../format';
import { sendAnswer } from '../live';
import type { Store } from '../store';
import type { ProposedOrder } from '../types';

interface RowProps {
  order: ProposedOrder;
  now: number;
  onAnswer: (told: string) => void;
}

function Row({ order, now, onAnswer }: RowProps) {
  const [isSending, setIsSending] = useState(false);

  async function answer(action: 'approve' | 'reject'): Promise<void> {
    setIsSending(true);
    const result = await sendAnswer(order.id, action);
    setIsSending(false);
    onAnswer(result.text === null ? '' : `${order.symbol}: ${result.text}`);
  }

  return (
    <tr>
      <th scope="row">{order.symbol}</th>
      <td>
        <span class={`side tone-${order.side === 'BUY' ? 'good' : 'bad'}`}>{order.side}</span>
      </td>
      <td class="number">{formatQuantity(order.quantity)}</td>
      <td class="number">{formatPrice(order.limit_price ?? order.metadata.reference_price)}</td>
      <td>{order.strategy_name}</td>
      <td class="number">{timeLeft(order, now)}</td>
      <td class="answers">
        <button type="button" class="primary" disabled={isSending} onClick={() => void answer('approve')}>
          Approve
        </button>
        <button type="button" class="plain" disabled={isSending} onClick={() => void answer('reject')}>
          Reject
        </button>
      </td>
    </tr>
  );
}

export function Approvals({ store, onAnswer }: { store: Store; onAnswer: () => void }) {
  const [told, setTold] = useState('');
  if (!showsApprovals(store.shown)) {
    return null;
  }
  const orders = store.shown?.approvals ?? null;

  function answered(text: string): void {
    setTold(text);
    onAnswer();
  }

  return (
    <section class="panel" aria-label="Approvals">
      <h2>
        Waiting for you <span class="badge">{nameOfMode(store.shown?.autonomy?.mode)}</span>
      </h2>
      <p role="alert" class="form-error">
        {told}
      </p>
      {orders === null || orders.length === 0 ? (
        <p class="empty">{orders === null ? 'Not known' : 'No order waits'}</p>
      ) : (
        <div class="scroll" tabIndex={0} role="group" aria-label="Approvals, scrollable">
          <table>
            <thead>
              <tr>
                {['Symbol', 'Side', '#Quantity', '#Price', 'Strategy', '#Left', ''].map((column) => (
                  <th key={column} scope="col" class={column.startsWith('#') ? 'number' : ''}>
                    {column.replace('#', '')}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {orders.map((order) => (
                <Row key={order.id} order={order} now={store.now} onAnswer={answered} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
