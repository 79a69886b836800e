// npm run screenshot -- OUT.png [URL] [WIDTHxHEIGHT]: the page as a picture. Without a URL it shows a
// seeded system of its own.

import { startBrowser, System } from './processes.mjs';
import { seed } from './seed.mjs';

const [out, url, size = '1440x900'] = process.argv.slice(2);
if (!out) {
  console.error('usage: npm run screenshot -- OUT.png [URL] [WIDTHxHEIGHT]');
  process.exit(2);
}
const [width, height] = size.split('x').map(Number);
const system = url ? null : await System.start();
if (system) {
  await seed(system.redis);
}
const browser = await startBrowser();
try {
  const page = await browser.newPage({ viewport: { width, height }, deviceScaleFactor: width < 600 ? 2 : 1 });
  await page.goto(url || system.url);
  await page.locator('[data-link="live"]').waitFor();
  await page.locator('.chart canvas').first().waitFor();
  await page.waitForTimeout(2_500); // Let the equity line have more than one point.
  await page.screenshot({ path: out });
} finally {
  await browser.close();
  await system?.stop();
}
