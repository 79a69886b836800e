// Keeps the store fed: events and snapshots through the WebSocket, and one poll a second, which brings
// the candles, corrects what was missed and is enough alone when WebSockets are blocked.

import type { CommandPath } from './stops';
import type { Action } from './store';
import type { Frame, StateDocument } from './types';

const POLL_MS = 1_000;
const POLL_TIMEOUT_MS = 4_000;
const COMMAND_TIMEOUT_MS = 15_000; // A locked ledger takes its time before Redis is asked.
const PING_MS = 30_000;
const RETRY_MIN_MS = 500;
const RETRY_MAX_MS = 5_000;

export interface Live {
  refresh(): void;
  stop(): void;
}

export function startLive(dispatch: (action: Action) => void, symbol: () => string | null): Live {
  let isStopped = false;
  let isPolling = false;
  let isWanted = false; // Asked for while one was under way, perhaps for another symbol.
  let retryMs = RETRY_MIN_MS;
  let socket: WebSocket | null = null;

  async function poll(): Promise<void> {
    if (isPolling || isStopped) {
      isWanted = !isStopped;
      return;
    }
    isPolling = true;
    isWanted = false;
    try {
      const chosen = symbol();
      const query = chosen ? `?symbol=${encodeURIComponent(chosen)}` : '';
      const response = await fetch(`/api/state${query}`, { signal: AbortSignal.timeout(POLL_TIMEOUT_MS) });
      if (response.ok) {
        dispatch({ type: 'state', document: (await response.json()) as StateDocument, now: Date.now() });
      }
    } catch {
      // The server is away: the clock makes it visible after a few seconds.
    } finally {
      isPolling = false;
    }
    if (isWanted) {
      void poll();
    }
  }

  function connect(): void {
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
    socket = new WebSocket(`${scheme}://${location.host}/ws`);
    socket.onopen = () => {
      retryMs = RETRY_MIN_MS;
      dispatch({ type: 'socket', isOpen: true, now: Date.now() });
    };
    socket.onmessage = (message) => {
      let frame: unknown;
      try {
        frame = JSON.parse(String(message.data));
      } catch {
        return;
      }
      if (typeof frame === 'object' && frame !== null && 'channel' in frame) {
        dispatch({ type: 'frame', frame: frame as Frame, now: Date.now() });
      }
    };
    socket.onclose = () => {
      dispatch({ type: 'socket', isOpen: false, now: Date.now() });
      if (!isStopped) {
        setTimeout(connect, retryMs * (0.75 + Math.random() / 2));
        retryMs = Math.min(retryMs * 2, RETRY_MAX_MS);
      }
    };
  }

  async function loadHistory(): Promise<void> {
    try {
      const response = await fetch('/api/equity', { signal: AbortSignal.timeout(POLL_TIMEOUT_MS) });
      if (response.ok) {
        dispatch({ type: 'history', points: await response.json() });
      }
    } catch {
      // The line then begins now.
    }
  }

  connect();
  void poll();
  void loadHistory();
  const timers = [
    setInterval(() => {
      if (!isPolling) {
        void poll();
      }
    }, POLL_MS),
    setInterval(() => dispatch({ type: 'clock', now: Date.now() }), 500),
    setInterval(() => {
      if (socket?.readyState === WebSocket.OPEN) {
        socket.send('{"type":"ping"}');
      }
    }, PING_MS),
  ];
  return {
    refresh: () => void poll(),
    stop() {
      isStopped = true;
      timers.forEach(clearInterval);
      socket?.close();
    },
  };
}

export interface CommandResult {
  isDone: boolean;
  text: string | null; // A warning when it is done, else the reason why not.
}

export async function sendCommand(path: CommandPath, word: string, reason: string): Promise<CommandResult> {
  try {
    const response = await fetch(`/api/${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ confirmation: word, reason }),
      signal: AbortSignal.timeout(COMMAND_TIMEOUT_MS),
    });
    const body = (await response.json().catch(() => ({}))) as { error?: string; warning?: string };
    if (response.ok) {
      return { isDone: true, text: body.warning ?? null };
    }
    return { isDone: false, text: body.error ?? `the server answered ${response.status}` };
  } catch {
    return { isDone: false, text: `the server did not answer; on its machine, run: bulwark ${path}` };
  }
}

// The answers of the server come with 200, also when the order was refused; docs/api.md.
export async function sendAnswer(order: string, action: 'approve' | 'reject'): Promise<CommandResult> {
  try {
    const response = await fetch('/api/trades/approve', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ order_id: order, action, reason: '' }),
      signal: AbortSignal.timeout(COMMAND_TIMEOUT_MS),
    });
    const body = (await response.json().catch(() => ({}))) as { status?: string; message?: string; error?: string };
    const isDone = response.ok && (body.status === 'approved' || body.status === 'rejected');
    const reason = body.message ?? body.error ?? `the server answered ${response.status}`;
    return { isDone, text: isDone ? null : reason };
  } catch {
    return { isDone: false, text: `the server did not answer; on its machine, run: bulwark ${action} ${order}` };
  }
}
