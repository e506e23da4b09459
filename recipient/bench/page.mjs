/**
 * How long a cheap phone on a bad network waits: 400 kbit/s, 400 ms to the service and back, a processor four times slower.
 * Needs a build and a Chromium. Prints the median of several first visits, `figure NAME VALUE UNIT GOAL ok|short`:
 *
 *   page_first_paint_ms    until something stands there
 *   page_ready_ms          until the question can be answered
 *   page_exchange_cpu_ms   script time from the press on Check to the code on the screen
 */

import { sleep, startBrowser } from './browser.mjs';
import { newSession, startPreview } from './preview.mjs';

const GOALS = { page_first_paint_ms: 1000, page_ready_ms: 1500, page_exchange_cpu_ms: 50 };
const RUNS = Number(process.argv[2] ?? 5);
const NETWORK = { offline: false, latency: 400, downloadThroughput: 50_000, uploadThroughput: 50_000 };

const WATCH = `
  new MutationObserver((_, observer) => {
    if (document.querySelector('[data-testid="began-recipient"]') === null) return;
    observer.disconnect();
    requestAnimationFrame(() => setTimeout(() => { window.readyAfter = performance.now(); }));
  }).observe(document, { childList: true, subtree: true });`;

const [server, browser] = [await startPreview(), await startBrowser()];
try {
  const runs = [];
  for (let run = 0; run < RUNS; run += 1) runs.push(await visit(`${server.origin}/acme/${newSession()}`));
  for (const [name, goal] of Object.entries(GOALS)) {
    const value = median(runs.map((run) => run[name]));
    console.log(`figure ${name} ${value.toFixed(0)} ms ${goal} ${value <= goal ? 'ok' : 'short'}`);
  }
} finally {
  await browser.close();
  await server.close();
}

async function visit(url) {
  const page = await browser.newPage();
  await page.call('Network.emulateNetworkConditions', NETWORK);
  await page.call('Emulation.setCPUThrottlingRate', { rate: 4 });
  await page.call('Page.addScriptToEvaluateOnNewDocument', { source: WATCH });
  await page.call('Page.navigate', { url });
  const ready = await page.until('window.readyAfter');
  const paint = await page.evaluate(`performance.getEntriesByName('first-contentful-paint')[0].startTime`);
  // Nobody answers at once: the question is read first, and a number takes a while to type.
  await sleep(2000);
  await page.evaluate(`document.querySelector('[data-testid="began-recipient"]').click()`);
  await page.until(`document.querySelector('#field-0') && document.activeElement.tagName === 'H1'`);
  await page.evaluate(`document.querySelector('#field-0').focus()`);
  await page.type('0612345678', 200);
  await page.until(`document.querySelector('[data-testid="reading-0"]').dataset.tone === 'good'`);
  await sleep(500);
  const before = await scriptTime(page);
  await page.press('Enter');
  await page.until(`document.querySelector('[data-testid="passcode"]')`);
  const exchange = (await scriptTime(page)) - before;
  await page.close();
  return { page_first_paint_ms: paint, page_ready_ms: ready, page_exchange_cpu_ms: exchange };
}

async function scriptTime(page) {
  const { metrics } = await page.call('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'ScriptDuration').value * 1000;
}

function median(values) {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
}
