// The Stop button, the kill switch and their dialog: a typed word, then the state until the trader says that it is done.

import { useLayoutEffect, useRef, useState } from 'preact/hooks';

import { sendCommand } from '../live';
import { ASKS, asksFor, type Ask } from '../stops';
import type { Mode } from '../store';
import type { StateDocument } from '../types';

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
  const [isDone, setIsDone] = useState(false);
  const isRight = typed.trim() === ask.word;

  useLayoutEffect(() => dialog.current?.showModal(), []);

  async function send(event: { preventDefault(): void }): Promise<void> {
    event.preventDefault();
    if (!isRight || isSending || isDone) {
      return;
    }
    setIsSending(true);
    const result = await sendCommand(ask.path, ask.word, reason);
    setIsSending(false);
    setError(result.text);
    setIsDone(result.isDone);
    if (result.isDone && result.text === null) {
      onClose(true);
    }
  }

  return (
    <dialog ref={dialog} class="confirm" aria-labelledby="confirm-title" onClose={() => onClose(isDone)}>
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
            {isDone ? 'Close' : 'Cancel'}
          </button>
          <button type="submit" class={ask.isStop ? 'danger' : 'primary'} disabled={!isRight || isSending || isDone}>
            {isSending ? 'Sending' : isDone ? 'Done' : ask.button}
          </button>
        </div>
      </form>
    </dialog>
  );
}

interface StopControlProps {
  mode: Mode;
  killSwitch: StateDocument['kill_switch'] | undefined;
  onCommand: () => void;
}

export function StopControl({ mode, killSwitch, onCommand }: StopControlProps) {
  const [ask, setAsk] = useState<Ask | null>(null);
  const isStopped = mode === 'halted' || mode === 'stopping';

  function close(isDone: boolean): void {
    setAsk(null);
    if (isDone) {
      onCommand();
    }
  }

  return (
    <div class="stop-control">
      {asksFor(mode, killSwitch).map((possible) => (
        <button key={possible.path} type="button" class="plain" onClick={() => setAsk(possible)}>
          {possible.label}
        </button>
      ))}
      <button type="button" class="danger stop" disabled={isStopped} onClick={() => setAsk(ASKS.halt)}>
        {mode === 'stopping' ? 'Stopping' : mode === 'halted' ? 'Halted' : 'Stop'}
      </button>
      {ask && <ConfirmDialog ask={ask} onClose={close} />}
    </div>
  );
}
