// Goal: an operator sees the truth on the page, live, and can stop and resume trading from it.
// Method: a real Redis, a real `bulwark api`, the built page in Chromium; this test plays the trader.

import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';

import { Redis, startBrowser, System, until } from './processes.mjs';
import { isoTime, seed } from './seed.mjs';

const DESKTOP = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };

let system;
let browser;
let isBeating = true;
let beating;

async function setValue(key, value) {
  await system.redis.do('SET', key, value);
}

// Beats like the trader, so that only the test that wants it sees an old heartbeat.
async function beat() {
  while (beating) {
    if (isBeating) {
      await setValue('SYSTEM:HEARTBEAT', isoTime(Date.now())).catch(() => {});
    }
    await new Promise((wake) => setTimeout(wake, 500));
  }
}

before(async () => {
  system = await System.start();
  browser = await startBrowser();
  beating = true;
  void beat();
});

after(async () => {
  beating = false;
  await browser?.close();
  await system?.stop();
});

beforeEach(async () => {
  isBeating = true;
  await seed(system.redis);
});

// Opens the page in a context of its own and gives it to `use`; errors of the page fail the test.
async function withPage(use, { viewport = DESKTOP, mayFail = false, ...options } = {}) {
  const context = await browser.newContext({ viewport, ...options });
  const page = await context.newPage();
  const errors = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) {
      errors.push(message.text());
    }
  });
  try {
    await page.goto(system.url);
    await page.locator('[data-link="live"]').waitFor();
    await use(page);
    if (!mayFail) {
      assert.deepEqual(errors, []);
    }
  } finally {
    await context.close();
  }
}

async function textOf(page, selector) {
  return (await page.locator(selector).textContent())?.trim();
}

test('shows the numbers, lists and health of the system', async () => {
  await withPage(async (page) => {
    assert.equal(await page.title(), 'Bulwark');
    assert.equal(await textOf(page, '[data-number="equity"]'), '100,742.18');
    assert.equal(await textOf(page, '[data-number="cash"]'), '88,211.42');
    assert.equal(await textOf(page, '[data-number="pnl"]'), '+0.74 %');
    assert.equal(await textOf(page, '[data-mode]'), 'Running');
    assert.match(await textOf(page, '[data-chip="feed"]'), /connected/);
    assert.match(await textOf(page, '[data-chip="kill"]'), /inactive/);
    assert.match(await page.locator('[data-chip="tick-to-decision"]').getAttribute('class'), /tone-good/);
    assert.match(await page.locator('[data-chip="decision-to-fill"]').getAttribute('class'), /tone-warn/);
    assert.match(await page.locator('[data-chip="tick-to-fill"]').getAttribute('class'), /tone-bad/);
    assert.equal(await page.getByRole('region', { name: 'Positions' }).locator('tbody tr').count(), 3);
    assert.match(await page.getByRole('region', { name: 'Open orders' }).locator('tbody').textContent(), /ETH\/USDT.*SELL.*LIMIT/);
    assert.equal(await page.getByRole('region', { name: 'Recent fills' }).locator('tbody tr').count(), 9);
    assert.match(await page.getByRole('list', { name: 'Alerts, newest first' }).locator('li').first().textContent(), /submission timeout/);
  });
});

test('draws the candles of the chosen symbol', async () => {
  const { candles } = await seed(system.redis);
  await withPage(async (page) => {
    await page.locator('.chart canvas').first().waitFor();
    const first = await textOf(page, '[data-number="price"]');

    await page.getByRole('tab', { name: 'SOL/USDT' }).click();

    assert.equal(await page.getByRole('tab', { name: 'SOL/USDT' }).getAttribute('aria-selected'), 'true');
    await page.getByRole('img', { name: 'Candles of SOL/USDT' }).waitFor();
    const second = await textOf(page, '[data-number="price"]');
    assert.notEqual(first, second);
    assert.equal(Number(second), Number(candles['SOL/USDT'][49].close.toFixed(2)));
    await page.getByText('Waiting for candles').waitFor({ state: 'detached' });
  });
});

test('follows changes and events without a reload', async () => {
  await withPage(async (page) => {
    await until('the subscription', async () => {
      const trade = { symbol: 'BTC/USDT', side: 'BUY', quantity: 0.25, price: 61_000, timestamp: isoTime(Date.now()) };
      return Number(await system.redis.do('PUBLISH', 'trade:executed', JSON.stringify(trade))) > 0;
    });
    await page.getByText('BUY 0.25 BTC/USDT at 61,000.00').first().waitFor();

    await setValue('METRICS:TOTAL_VALUE', '123456.78');

    await page.getByText('123,456.78').waitFor();
  });
});

test('needs no WebSocket', async () => {
  await withPage(async (page) => {
    await setValue('METRICS:CASH', '4321.5');
    await page.getByText('4,321.50').waitFor();
  });
  const context = await browser.newContext({ viewport: DESKTOP });
  const page = await context.newPage();
  await page.routeWebSocket('**/ws', (socket) => socket.close());
  await page.goto(system.url);
  await setValue('METRICS:CASH', '1234.5');
  await page.getByText('1,234.50').waitFor();
  await context.close();
});

test('stops trading only after the typed word, and resumes', async () => {
  await withPage(async (page) => {
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    const confirm = page.getByRole('button', { name: 'Stop everything' });
    await page.getByLabel(/Type HALT/).fill('halt');
    assert.equal(await confirm.isDisabled(), true);
    await page.keyboard.press('Enter');
    assert.equal(await system.redis.do('GET', 'SYSTEM:HALT'), 'false');
    await page.getByLabel(/Type HALT/).fill('HALT');
    await page.getByLabel(/Reason/).fill('test');
    await confirm.click();
    // No trader ever ran here.
    await page.getByRole('dialog').getByText(/NOT RECORDED/).waitFor();
    assert.equal(await page.getByRole('button', { name: 'Done' }).isDisabled(), true);
    await page.getByRole('button', { name: 'Close' }).click();

    await page.locator('[data-mode="stopping"]').waitFor();
    assert.equal(await system.redis.do('GET', 'SYSTEM:HALT'), 'true');
    await setValue('SYSTEM:STATE', '{"state": "halted", "reason": "test"}');
    await page.locator('[data-mode="halted"]').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Halted' }).isDisabled(), true);

    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByLabel(/Type RESUME/).fill('RESUME');
    await page.getByRole('button', { name: 'Resume trading' }).click();
    await until('the resume', async () => (await system.redis.do('GET', 'SYSTEM:HALT')) === 'false');
    await setValue('SYSTEM:STATE', '{"state": "running"}');
    await page.locator('[data-mode="running"]').waitFor();
  });
});

test('turns the kill switch on and off only after the typed word', async () => {
  await system.makeLedger();
  await withPage(async (page) => {
    await page.getByRole('button', { name: 'Kill', exact: true }).click();
    const confirm = page.getByRole('button', { name: 'Turn it on' });
    await page.getByLabel(/Type KILL/).fill('HALT');
    assert.equal(await confirm.isDisabled(), true);
    await page.keyboard.press('Enter');
    assert.equal(await system.redis.do('GET', 'risk:kill_switch'), 'inactive');
    await page.getByLabel(/Type KILL/).fill('KILL');
    await page.getByLabel(/Reason/).fill('drill');
    await confirm.click();

    await page.locator('[data-chip="kill"]').getByText('active', { exact: true }).waitFor();
    assert.equal(await system.redis.do('GET', 'risk:kill_switch'), 'active');
    assert.match(await system.redis.do('GET', 'risk:kill_switch:meta'), /"reason": "drill"/);
    assert.equal(await page.getByRole('button', { name: 'Kill', exact: true }).count(), 0);

    await page.getByRole('button', { name: 'Release', exact: true }).click();
    await page.getByLabel(/Type RELEASE/).fill('RELEASE');
    await page.getByRole('button', { name: 'Release it' }).click();

    await page.locator('[data-chip="kill"]').getByText('inactive', { exact: true }).waitFor();
    assert.equal(await system.redis.do('GET', 'risk:kill_switch'), 'inactive');
  });
});

test('keeps the top bar on one line when all is bad', async () => {
  await setValue('SYSTEM:HALT', 'true');
  await setValue('SYSTEM:STATE', '{"state": "halted", "reason": "test", "mode": "paper"}');
  await setValue('risk:kill_switch', 'active');
  await setValue('system:status', '{"broker": "disconnected", "feed": "disconnected"}');
  await withPage(async (page) => {
    await page.locator('[data-mode="halted"]').waitFor();
    const bar = await page.locator('.top-bar').boundingBox();
    assert.ok(bar && bar.height < 64, `the bar is ${bar?.height} high`);
    const halted = await page.getByRole('button', { name: 'Halted' }).boundingBox();
    assert.ok(halted && halted.x + halted.width <= DESKTOP.width);
    for (const chip of ['feed', 'kill', 'tick-to-fill']) {
      const box = await page.locator(`[data-chip="${chip}"]`).boundingBox();
      const resume = await page.getByRole('button', { name: 'Resume' }).boundingBox();
      assert.ok(box && resume && box.x + box.width <= resume.x, `${chip} is cut off`);
    }
  });
});

test('can be stopped with the keyboard alone, and left alone', async () => {
  await withPage(async (page) => {
    await page.getByRole('button', { name: 'Stop', exact: true }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    assert.equal(await system.redis.do('GET', 'SYSTEM:HALT'), 'false');

    await page.getByRole('button', { name: 'Stop', exact: true }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.type('HALT');
    await page.keyboard.press('Enter');

    await page.locator('[data-mode="stopping"]').waitFor();
  });
});

test('shows a stale heartbeat, an active kill switch and a lost feed', async () => {
  isBeating = false;
  await setValue('SYSTEM:HEARTBEAT', isoTime(Date.now() - 60_000));
  await setValue('risk:kill_switch', 'active');
  await setValue('system:status', '{"broker": "connected", "feed": "disconnected"}');
  await withPage(async (page) => {
    await page.getByRole('alert').getByText(/trader is silent/).waitFor();
    assert.match(await page.locator('[data-chip="heartbeat"]').getAttribute('class'), /tone-bad/);
    assert.match(await page.locator('[data-chip="kill"]').getAttribute('class'), /tone-bad/);
    assert.match(await page.locator('[data-chip="feed"]').getAttribute('class'), /tone-bad/);
  });
});

test('survives missing and damaged keys, and names them', async () => {
  for (const [key, value] of [
    ['METRICS:TOTAL_VALUE', 'nan'],
    ['VIEW:POSITIONS', '[{"instrument_id": "A", "quantity": null}, {}]'],
    ['VIEW:ORDERS', '[{"price": "x"}, {"ts": 5, "price": 1}]'],
    ['MARKET:OHLCV:BTC_USDT', '[{"timestamp": "x"}, null, 7]'],
    ['oms:portfolio', '<b>'],
    ['SYSTEM:HALT', 'maybe'],
  ]) {
    await setValue(key, value);
  }
  await withPage(async (page) => {
    assert.equal(await textOf(page, '[data-number="equity"]'), '–');
    assert.equal(await textOf(page, '[data-mode]'), 'Unknown');
    await page.getByText('3 values are unreadable').click();
    await page.getByText('<b>').waitFor();
    await system.redis.do('FLUSHALL');
    await page.getByText('Not known').first().waitFor();
  });
});

test('fits a phone without scrolling sideways', async () => {
  await withPage(
    async (page) => {
      const [scrollWidth, clientWidth] = await page.evaluate(() => {
        const { scrollWidth: content, clientWidth: view } = document.documentElement;
        return [content, view];
      });
      assert.ok(scrollWidth <= clientWidth, `${scrollWidth} is wider than ${clientWidth}`);
      const box = await page.getByRole('button', { name: 'Stop', exact: true }).boundingBox();
      assert.ok(box && box.height >= 44 && box.x + box.width <= PHONE.width && box.y < 100);
      await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
      assert.equal(await page.getByRole('button', { name: 'Stop', exact: true }).isVisible(), true);
    },
    { viewport: PHONE, isMobile: true, hasTouch: true },
  );
});

test('keeps stop and resume in reach on a phone while halted', async () => {
  await setValue('SYSTEM:HALT', 'true');
  await setValue('SYSTEM:STATE', '{"state": "halted", "reason": "test", "mode": "paper"}');
  await withPage(
    async (page) => {
      await page.locator('[data-mode="halted"]').waitFor();
      const [scrollWidth, clientWidth] = await page.evaluate(() => {
        const { scrollWidth: content, clientWidth: view } = document.documentElement;
        return [content, view];
      });
      assert.ok(scrollWidth <= clientWidth, `${scrollWidth} is wider than ${clientWidth}`);
      for (const name of ['Resume', 'Kill', 'Halted']) {
        const box = await page.getByRole('button', { name, exact: true }).boundingBox();
        assert.ok(box && box.height >= 44 && box.x >= 0 && box.x + box.width <= PHONE.width && box.y < 120, name);
      }
    },
    { viewport: PHONE, isMobile: true, hasTouch: true },
  );
});

test('says when Redis or the server is lost, and recovers', async () => {
  await withPage(
    async (page) => {
      await system.redis.process.stop('SIGKILL');
      await page.getByRole('alert').getByText(/cannot reach Redis/).waitFor();
      assert.equal(await textOf(page, '[data-number="cash"]'), '88,211.42');

      await system.api.stop('SIGKILL');
      await page.getByRole('alert').getByText(/Connection lost/).waitFor();

      system.redis = await Redis.start(system.folder);
      await seed(system.redis);
      await system.startApi();
      await page.locator('[data-link="live"]').waitFor();
      assert.equal(await page.getByRole('alert').getByText(/lost/).count(), 0);
    },
    { mayFail: true },
  );
});
