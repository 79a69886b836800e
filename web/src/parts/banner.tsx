// Says in one line what is wrong with the view itself; nothing when all is well.

import { formatAge } from '../format';
import { HEARTBEAT_STALE_S, heartbeatAge, type Link, type Store } from '../store';

function textOf(store: Store, link: Link): { tone: string; text: string } | null {
  if (link === 'lost') {
    const since = formatAge((store.now - store.heardAt) / 1000);
    return { tone: 'bad', text: `Connection lost ${since} ago. The numbers below are old. Trying again.` };
  }
  if (link === 'no-redis') {
    const reason = store.document?.redis.reason ?? 'no answer';
    return { tone: 'bad', text: `The server cannot reach Redis (${reason}). The numbers below are old.` };
  }
  if (link === 'connecting') {
    return null;
  }
  const age = heartbeatAge(store);
  if (age === null) {
    return { tone: 'warn', text: 'No heartbeat: the trader has not written one yet.' };
  }
  if (age > HEARTBEAT_STALE_S) {
    return { tone: 'bad', text: `The trader is silent: its last heartbeat is ${formatAge(age)} old.` };
  }
  return null;
}

export function Banner({ store, link }: { store: Store; link: Link }) {
  const banner = textOf(store, link);
  const unreadable = (store.shown?.problems ?? []).filter((problem) => problem.reason !== 'missing');
  return (
    <div class="banners">
      <div role="alert">{banner && <p class={`banner tone-${banner.tone}`}>{banner.text}</p>}</div>
      {unreadable.length > 0 && (
        <details class="banner tone-warn">
          <summary>
            {unreadable.length === 1 ? 'One value is' : `${unreadable.length} values are`} unreadable and not shown
          </summary>
          <ul>
            {unreadable.map((problem) => (
              <li key={problem.key}>
                <code>{problem.key}</code>: {problem.reason} {problem.value && <code>{problem.value}</code>}
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}
