// Mode, connections, heartbeat, latencies, and the Stop button. Stays in sight while scrolling.

import { formatAge, formatMillis, latencyTone, type Tone } from '../format';
import { HEARTBEAT_STALE_S, heartbeatAge, modeOf, type Mode, type Store } from '../store';
import { StopControl } from './stop_control';

interface ChipProps {
  label: string;
  value: string;
  tone: Tone;
  id?: string;
  hint?: string;
}

function Chip({ label, value, tone, id, hint }: ChipProps) {
  return (
    <span class={`chip tone-${tone}`} data-chip={id} title={hint}>
      <span class="dot" aria-hidden="true" />
      <span class="chip-label">{label}</span>
      <span class="chip-value">{value}</span>
    </span>
  );
}

function connectionTone(value: string | undefined): Tone {
  return value === 'connected' ? 'good' : value === undefined ? 'none' : 'bad';
}

function HeartbeatChip({ store }: { store: Store }) {
  const age = heartbeatAge(store);
  const isStale = age === null || age > HEARTBEAT_STALE_S;
  return (
    <Chip
      id="heartbeat"
      label="Heartbeat"
      value={age === null ? 'none' : formatAge(age)}
      tone={isStale ? 'bad' : 'good'}
      hint={`Stale after ${HEARTBEAT_STALE_S} s`}
    />
  );
}

const MODES: Record<Mode, [text: string, tone: Tone]> = {
  unknown: ['Unknown', 'none'],
  starting: ['Starting', 'warn'],
  running: ['Running', 'good'],
  'reduce-only': ['Reduce only', 'warn'],
  killed: ['Killed', 'bad'],
  stopping: ['Stopping', 'warn'],
  halted: ['Halted', 'bad'],
};

export function TopBar({ store, onCommand }: { store: Store; onCommand: () => void }) {
  const shown = store.shown;
  const mode = modeOf(shown);
  const [text, tone] = MODES[mode];
  const kill = shown?.kill_switch;
  const metrics = shown?.metrics;
  return (
    <header class="top-bar">
      <div class="brand">
        <img src="/favicon.svg" alt="" width="22" height="22" />
        <h1>Bulwark</h1>
        {shown?.system_state?.mode && <span class="badge">{shown.system_state.mode}</span>}
      </div>
      <div
        class={`mode tone-${tone}`}
        role="status"
        data-mode={mode}
        title={shown?.system_state?.reason || undefined}
      >
        <span class="dot" aria-hidden="true" />
        {text}
      </div>
      <div class="chips" aria-label="System health">
        <Chip
          id="feed"
          label="Feed"
          value={shown?.system_status?.feed ?? 'unknown'}
          tone={connectionTone(shown?.system_status?.feed)}
        />
        <Chip
          id="broker"
          label="Venue"
          value={shown?.system_status?.broker ?? 'unknown'}
          tone={connectionTone(shown?.system_status?.broker)}
        />
        <HeartbeatChip store={store} />
        <Chip
          id="kill"
          label="Kill"
          value={kill ?? 'unknown'}
          tone={kill === 'inactive' ? 'good' : kill === 'active' ? 'bad' : 'warn'}
          hint={shown?.kill_switch_meta?.reason ?? 'Unknown counts as active'}
        />
        <span class="chip-group">
          <Chip
            id="tick-to-decision"
            label="Decision"
            value={formatMillis(metrics?.tick_to_decision_ms)}
            tone={latencyTone(metrics?.tick_to_decision_ms)}
            hint="From tick to decision"
          />
          <Chip
            id="decision-to-fill"
            label="Fill"
            value={formatMillis(metrics?.decision_to_fill_ms)}
            tone={latencyTone(metrics?.decision_to_fill_ms)}
            hint="From order to fill"
          />
          <Chip
            id="tick-to-fill"
            label="Total"
            value={formatMillis(metrics?.tick_to_fill_ms)}
            tone={latencyTone(metrics?.tick_to_fill_ms)}
            hint="From tick to fill"
          />
        </span>
      </div>
      <StopControl mode={mode} killSwitch={kill} onCommand={onCommand} />
    </header>
  );
}
