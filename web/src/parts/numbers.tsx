// Equity, cash and the profit of the day, with the line of the last half hour.

import { formatMoney, formatPercent, formatSigned, isNumber, signTone } from '../format';
import { sparkline } from '../market';
import type { Store } from '../store';

const WIDTH = 300;
const HEIGHT = 56;

// The day's profit in money: the fraction is of the day's first value.
function profitOf(total: number | null | undefined, fraction: number | null | undefined): number | null {
  return isNumber(total) && isNumber(fraction) && fraction > -1 ? total - total / (1 + fraction) : null;
}

export function Numbers({ store }: { store: Store }) {
  const metrics = store.shown?.metrics;
  const values = store.equity.map((point) => point.value);
  const path = sparkline(values, WIDTH, HEIGHT);
  const profit = profitOf(metrics?.total_value, metrics?.pnl_daily);
  const blocked = store.shown?.portfolio?.blocked_cash;
  return (
    <section class="panel numbers" aria-labelledby="account-title">
      <h2 id="account-title">Account</h2>
      <div class="equity">
        <span class="label">Equity</span>
        <span class="big" data-number="equity">
          {formatMoney(metrics?.total_value)}
        </span>
        <span class={`change tone-${signTone(metrics?.pnl_daily)}`}>
          <span data-number="pnl">{formatPercent(metrics?.pnl_daily)}</span>
          <span>{formatSigned(profit)}</span>
          <span class="label">today</span>
        </span>
      </div>
      <svg class="sparkline" viewBox={`-1 -3 ${WIDTH + 2} ${HEIGHT + 6}`} preserveAspectRatio="none" aria-hidden="true">
        {path && <path class="area" d={`${path}L${WIDTH} ${HEIGHT + 3}L0 ${HEIGHT + 3}Z`} />}
        {path && <path class="line" d={path} />}
      </svg>
      <dl class="facts">
        <div>
          <dt>Cash</dt>
          <dd data-number="cash">{formatMoney(metrics?.cash)}</dd>
        </div>
        <div>
          <dt>Reserved</dt>
          <dd>{formatMoney(blocked)}</dd>
        </div>
        <div>
          <dt>Open orders</dt>
          <dd>{store.shown?.open_orders?.length ?? '–'}</dd>
        </div>
      </dl>
    </section>
  );
}
