// Candles of the chosen symbol with its fills, and the tabs that choose it.

import {
  CandlestickSeries,
  ColorType,
  createChart,
  createSeriesMarkers,
  type IChartApi,
  type ISeriesApi,
  type ISeriesMarkersPluginApi,
  type Time,
  type UTCTimestamp,
} from 'lightweight-charts';
import { useEffect, useMemo, useRef } from 'preact/hooks';

import { formatPrice } from '../format';
import { fillMarks, withLastPrice, type Bar, type FillMark } from '../market';
import { lastPriceOf, symbolsOf, type Store } from '../store';

const UP = '#3fb68b';
const DOWN = '#ef5a6f';
const NO_BARS: Bar[] = [];

interface Handles {
  chart: IChartApi;
  series: ISeriesApi<'Candlestick'>;
  markers: ISeriesMarkersPluginApi<Time>;
}

function makeChart(box: HTMLElement): Handles {
  const chart = createChart(box, {
    autoSize: true,
    layout: {
      background: { type: ColorType.Solid, color: 'transparent' },
      textColor: '#93a1b5',
      fontFamily: "ui-monospace, 'SF Mono', 'DejaVu Sans Mono', monospace",
      fontSize: 11,
    },
    grid: { vertLines: { color: '#161d28' }, horzLines: { color: '#161d28' } },
    rightPriceScale: { borderColor: '#222c3a' },
    timeScale: { borderColor: '#222c3a', timeVisible: true, secondsVisible: true, rightOffset: 3 },
    localization: { priceFormatter: (price: number) => formatPrice(price) },
  });
  const series = chart.addSeries(CandlestickSeries, {
    upColor: UP,
    downColor: DOWN,
    wickUpColor: UP,
    wickDownColor: DOWN,
    borderVisible: false,
  });
  return { chart, series, markers: createSeriesMarkers(series, []) };
}

function toMarker(mark: FillMark) {
  return {
    time: mark.time as UTCTimestamp,
    position: mark.isBuy ? ('belowBar' as const) : ('aboveBar' as const),
    shape: mark.isBuy ? ('arrowUp' as const) : ('arrowDown' as const),
    color: mark.isBuy ? UP : DOWN,
    text: mark.isBuy ? 'B' : 'S',
  };
}

// Against the close of the candle before the last one.
function changeOf(bars: Bar[], price: number | null): string {
  const before = bars[bars.length - 2];
  if (!before || price === null || before.close === 0) {
    return '';
  }
  const percent = (price / before.close - 1) * 100;
  return `${percent >= 0 ? '+' : ''}${percent.toFixed(2)} %`;
}

interface ChartProps {
  store: Store;
  symbol: string | null;
  onSelect: (symbol: string) => void;
}

export function Chart({ store, symbol, onSelect }: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const handles = useRef<Handles | null>(null);
  const symbols = symbolsOf(store);
  const price = lastPriceOf(store, symbol);
  const known = (symbol && store.bars[symbol]) || NO_BARS;
  const bars = useMemo(() => withLastPrice(known, price), [known, price]);
  const fills = store.shown?.orders ?? null;

  useEffect(() => {
    if (box.current) {
      handles.current = makeChart(box.current);
    }
    return () => handles.current?.chart.remove();
  }, []);

  useEffect(() => {
    handles.current?.series.setData(bars.map((bar) => ({ ...bar, time: bar.time as UTCTimestamp })));
    const marks = symbol ? fillMarks(fills, bars, symbol, symbols.length === 1) : [];
    handles.current?.markers.setMarkers(marks.map(toMarker));
  }, [bars, fills, symbol, symbols.length]);

  useEffect(() => handles.current?.chart.timeScale().fitContent(), [symbol, bars.length > 0]);

  const change = changeOf(bars, price);
  return (
    <section class="panel chart-panel" aria-label="Prices">
      <div class="chart-head">
        <div class="tabs" role="tablist" aria-label="Symbol">
          {symbols.map((name) => (
            <button
              key={name}
              type="button"
              role="tab"
              aria-selected={name === symbol}
              class={name === symbol ? 'is-chosen' : ''}
              onClick={() => onSelect(name)}
            >
              {name}
            </button>
          ))}
        </div>
        <div class="quote">
          <span class="price" data-number="price">
            {formatPrice(price)}
          </span>
          <span class={change.startsWith('-') ? 'tone-bad' : 'tone-good'}>{change}</span>
        </div>
      </div>
      <div class="chart" ref={box} role="img" aria-label={`Candles of ${symbol ?? 'no symbol yet'}`} />
      {bars.length === 0 && <p class="empty chart-empty">Waiting for candles</p>}
    </section>
  );
}
