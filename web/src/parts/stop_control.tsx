// The Stop button and its dialog: a typed word, then the state until the trader says that it is done.

import { useLayoutEffect, useRef, useState } from 'preact/hooks';

import { sendCommand } from '../live';
import type { Mode } from '../store';

interface Ask {
  path: 'halt' | 'resume';
  word: 'HALT' | 'RESUME';
  title: string;
  text: string;
  button: string;
}

const STOP: Ask = {
  path: 'halt',
  word: 'HALT',
  title: 'Stop all trading?',
  text: 'No order leaves any more, working orders are cancelled, and positions are closed if the settings say so. It stays stopped, also after a restart, until you resume.',
  button: 'Stop everything',
};

const RESUME: Ask = {
  path: 'resume',
  word: 'RESUME',
  title: 'Resume trading?',
  text: 'Strategies may open positions again as soon as the trader has checked its books.',
  button: 'Resume trading',
};

interface DialogProps {
  ask: Ask;
  onClose: (isDone: boolean) => void;
}

function ConfirmDialog({ ask, onClose }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [typed, setTyped] = useState('');
  const [reason, setReason] = useState('');
  const [error, setError] = useState<string | null>(null);
  const [isSending, setIsSending] = useState(false);
  const isRight = typed.trim() === ask.word;

  useLayoutEffect(() => dialog.current?.showModal(), []);

  async function send(event: { preventDefault(): void }): Promise<void> {
    event.preventDefault();
    if (!isRight || isSending) {
      return;
    }
    setIsSending(true);
    const failure = await sendCommand(ask.path, ask.word, reason);
    setIsSending(false);
    setError(failure);
    if (failure === null) {
      onClose(true);
    }
  }

  return (
    <dialog ref={dialog} class="confirm" aria-labelledby="confirm-title" onClose={() => onClose(false)}>
      <form onSubmit={(event) => void send(event)}>
        <h2 id="confirm-title">{ask.title}</h2>
        <p>{ask.text}</p>
        <label>
          <span>
            Type <strong>{ask.word}</strong> to confirm
          </span>
          <input
            autoFocus
            autocomplete="off"
            autocapitalize="characters"
            spellcheck={false}
            value={typed}
            onInput={(event) => setTyped(event.currentTarget.value)}
          />
        </label>
        <label>
          <span>Reason (optional)</span>
          <input maxLength={200} value={reason} onInput={(event) => setReason(event.currentTarget.value)} />
        </label>
        <p role="alert" class="form-error">
          {error}
        </p>
        <div class="buttons">
          <button type="button" class="plain" onClick={() => dialog.current?.close()}>
            Cancel
          </button>
          <button type="submit" class={ask.path === 'halt' ? 'danger' : 'primary'} disabled={!isRight || isSending}>
            {isSending ? 'Sending' : ask.button}
          </button>
        </div>
      </form>
    </dialog>
  );
}

export function StopControl({ mode, onCommand }: { mode: Mode; onCommand: () => void }) {
  const [ask, setAsk] = useState<Ask | null>(null);
  const canResume = mode === 'halted' || mode === 'stopping';

  function close(isDone: boolean): void {
    setAsk(null);
    if (isDone) {
      onCommand();
    }
  }

  return (
    <div class="stop-control">
      {canResume && (
        <button type="button" class="plain" onClick={() => setAsk(RESUME)}>
          Resume
        </button>
      )}
      <button type="button" class="danger stop" disabled={canResume} onClick={() => setAsk(STOP)}>
        {mode === 'stopping' ? 'Stopping' : mode === 'halted' ? 'Halted' : 'Stop'}
      </button>
      {ask && <ConfirmDialog ask={ask} onClose={close} />}
    </div>
  );
}
