// A private Redis, a real `bulwark api` and a Chromium, each in a temporary folder and stopped at the end.

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { chromium } from 'playwright-core';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const PATIENCE_MS = 20_000;

export function bulwarkBinary() {
  const named = process.env.BULWARK_BIN;
  const built = ['release', 'debug', 'asan'].map((preset) => join(ROOT, 'build', preset, 'bulwark'));
  const found = named ? resolve(named) : built.find(existsSync);
  if (!found || !existsSync(found)) {
    throw new Error(`no bulwark binary at ${found ?? built.join(', ')}: build it or set BULWARK_BIN`);
  }
  return found;
}

// Ours without the settings of whoever runs the tests.
function cleanEnvironment() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('BULWARK_')));
}

export async function until(what, condition) {
  const deadline = Date.now() + PATIENCE_MS;
  let reason = '';
  while (Date.now() < deadline) {
    try {
      const value = await condition();
      if (value) {
        return value;
      }
    } catch (error) {
      reason = `: ${error.message}`;
    }
    await new Promise((wake) => setTimeout(wake, 20));
  }
  throw new Error(`waited ${PATIENCE_MS} ms in vain for ${what}${reason}`);
}

export function freePort() {
  return new Promise((done, fail) => {
    const server = createServer();
    server.once('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

export class Process {
  constructor(command, args, options = {}) {
    this.output = '';
    this.child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    const keep = (text) => {
      this.output = (this.output + text).slice(-20_000);
    };
    this.child.stdout.on('data', keep);
    this.child.stderr.on('data', keep);
    this.ended = new Promise((done) => {
      this.child.once('exit', (code, signal) => done({ code, signal }));
      this.child.once('error', (error) => done({ code: null, signal: null, error }));
    });
  }

  async stop(signal = 'SIGTERM') {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      this.child.kill(signal);
    }
    const killer = setTimeout(() => this.child.kill('SIGKILL'), 5_000);
    const end = await this.ended;
    clearTimeout(killer);
    return end;
  }
}

export class Redis {
  static async start(folder) {
    const redis = new Redis();
    redis.socket = join(folder, 'redis.sock');
    redis.process = new Process('redis-server', [
      ...['--port', '0', '--unixsocket', redis.socket],
      ...['--dir', folder, '--save', '', '--appendonly', 'no'],
    ]);
    await until('redis-server', async () => (await redis.do('PING')) === 'PONG');
    return redis;
  }

  get url() {
    return `unix://${this.socket}`;
  }

  // One command through redis-cli; answers its raw output without the final newline.
  async do(...command) {
    const client = new Process('redis-cli', ['-s', this.socket, ...command.map(String)]);
    const { code } = await client.ended;
    if (code !== 0) {
      throw new Error(`redis-cli ${command[0]}: ${client.output}`);
    }
    return client.output.replace(/\n$/, '');
  }
}

export class System {
  static async start() {
    const system = new System();
    system.folder = mkdtempSync(join(tmpdir(), 'bulwark-browser-'));
    try {
      system.redis = await Redis.start(system.folder);
      system.port = await freePort();
      await system.startApi();
    } catch (error) {
      await system.stop();
      throw error;
    }
    return system;
  }

  get url() {
    return `http://127.0.0.1:${this.port}`;
  }

  async startApi() {
    this.api = new Process(
      bulwarkBinary(),
      ['api', '--port', String(this.port), '--data', join(this.folder, 'data'), '--web', join(ROOT, 'web/dist')],
      { env: { ...cleanEnvironment(), BULWARK_REDIS_URL: this.redis.url, BULWARK_KILL_COOLDOWN: '0s' } },
    );
    const isUp = async () => (await fetch(`${this.url}/api/state`)).ok;
    const died = this.api.ended.then(({ code }) => {
      throw new Error(`bulwark api ended with ${code}: ${this.api.output}`);
    });
    died.catch(() => {});
    await Promise.race([until('bulwark api', isUp), died]);
  }

  // As the first start of a trader leaves it: the commands of the page are recorded from now on.
  async makeLedger() {
    const trader = new Process(bulwarkBinary(), ['trader', '--for', '1ms', '--data', join(this.folder, 'data')], {
      env: { ...cleanEnvironment(), BULWARK_REDIS_URL: `unix://${join(this.folder, 'nowhere.sock')}` },
    });
    const { code } = await trader.ended;
    if (code !== 0) {
      throw new Error(`bulwark trader ended with ${code}: ${trader.output}`);
    }
  }

  async stop() {
    await this.api?.stop();
    await this.redis?.process.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export function startBrowser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-dev-shm-usage'],
      ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
    ],
  });
}
