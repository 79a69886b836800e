// The page: one store, fed by src/live.ts, shown by the parts.

import { useEffect, useReducer, useRef } from 'preact/hooks';

import { startLive, type Live } from './live';
import { Approvals } from './parts/approvals';
import { Banner } from './parts/banner';
import { Chart } from './parts/chart';
import { Activity, Alerts } from './parts/lists';
import { Numbers } from './parts/numbers';
import { Fills, OpenOrders, Positions } from './parts/tables';
import { TopBar } from './parts/top_bar';
import { emptyStore, linkOf, reduce, selectedSymbol } from './store';

export function App() {
  const [store, dispatch] = useReducer(reduce, Date.now(), emptyStore);
  const symbol = selectedSymbol(store);
  const symbolRef = useRef(symbol);
  symbolRef.current = symbol;
  const live = useRef<Live | null>(null);

  useEffect(() => {
    live.current = startLive(dispatch, () => symbolRef.current);
    return () => live.current?.stop();
  }, []);
  useEffect(() => live.current?.refresh(), [symbol]);

  const link = linkOf(store);
  return (
    <div class={`page link-${link}`} data-link={link}>
      <TopBar store={store} onCommand={() => live.current?.refresh()} />
      <Banner store={store} link={link} />
      <main class="grid">
        <div class="column wide">
          <Chart store={store} symbol={symbol} onSelect={(chosen) => dispatch({ type: 'select', symbol: chosen })} />
          <Approvals store={store} onAnswer={() => live.current?.refresh()} />
          <Positions store={store} />
          <OpenOrders store={store} />
          <Fills store={store} />
        </div>
        <div class="column narrow">
          <Numbers store={store} />
          <Alerts store={store} />
          <Activity store={store} />
        </div>
      </main>
    </div>
  );
}
