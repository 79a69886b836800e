// Goal: the bar offers each stop and its end when they make sense, and an answer of the server is told as it is.
// Method: states by hand; a fetch that answers what the server would.

import { afterEach, describe, expect, it, vi } from 'vitest';

import { sendCommand } from './live';
import { ASKS, asksFor } from './stops';

const pathsFor = (...state: Parameters<typeof asksFor>) => asksFor(...state).map((ask) => ask.path);

describe('asksFor', () => {
  it('offers the kill switch while it is off, and its release while it is on', () => {
    expect(pathsFor('running', 'inactive')).toEqual(['kill']);
    expect(pathsFor('killed', 'active')).toEqual(['release']);
  });

  it('offers both while the kill switch is unknown', () => {
    expect(pathsFor('unknown', null)).toEqual(['release', 'kill']);
    expect(pathsFor('unknown', undefined)).toEqual(['release', 'kill']);
  });

  it('offers to resume while halted, whatever the kill switch says', () => {
    expect(pathsFor('halted', 'inactive')).toEqual(['resume', 'kill']);
    expect(pathsFor('stopping', 'active')).toEqual(['resume', 'release']);
  });

  it('asks a word of its own for each command', () => {
    const words = Object.values(ASKS).map((ask) => ask.word);
    expect(words).toEqual(['HALT', 'RESUME', 'KILL', 'RELEASE']);
    for (const [path, ask] of Object.entries(ASKS)) {
      expect(ask.path).toBe(path);
    }
  });
});

describe('sendCommand', () => {
  afterEach(() => vi.unstubAllGlobals());

  const answering = (status: number, body: unknown) => {
    const fetching = vi.fn(async (_url: string, _init: RequestInit) => new Response(JSON.stringify(body), { status }));
    vi.stubGlobal('fetch', fetching);
    return fetching;
  };

  it('sends the typed word and the reason', async () => {
    const fetching = answering(200, { kill: true, ledger: true, redis: true });

    expect(await sendCommand('kill', 'KILL', 'drill')).toEqual({ isDone: true, text: null });
    expect(fetching.mock.calls[0]?.[0]).toBe('/api/kill');
    expect(JSON.parse(String(fetching.mock.calls[0]?.[1].body))).toEqual({ confirmation: 'KILL', reason: 'drill' });
  });

  it('passes on the warning of a stop that is not recorded', async () => {
    answering(200, { kill: true, ledger: false, redis: true, warning: 'NOT RECORDED' });

    expect(await sendCommand('kill', 'KILL', '')).toEqual({ isDone: true, text: 'NOT RECORDED' });
  });

  it('says why nothing was done', async () => {
    answering(409, { error: 'a newer stop was set meanwhile' });
    expect(await sendCommand('release', 'RELEASE', '')).toEqual({ isDone: false, text: 'a newer stop was set meanwhile' });

    vi.stubGlobal('fetch', () => Promise.reject(new Error('refused')));
    expect((await sendCommand('release', 'RELEASE', '')).text).toContain('bulwark release');
  });
});
