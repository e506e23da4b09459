/**
 * Looks at every step of the built page in a Chromium, in every language and at the widths that matter: axe-core finds nothing
 * (WCAG 2.2 AA), nothing is wider than the window, and the way from the question to the end can be gone by keyboard alone.
 * With a folder as its argument it leaves pictures there.
 */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { sleep, startBrowser } from './browser.mjs';
import { newSession, startPreview } from './preview.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const FOLDER = process.argv[2] ?? null;

/** 320 by 256 is a window of 1280 by 1024 at 400 %. */
const VIEWS = [
  { name: '390-light-en', language: 'en-GB', width: 390, height: 780, features: {} },
  { name: '320-dark-fr', language: 'fr-FR', width: 320, height: 640, features: { 'prefers-color-scheme': 'dark' } },
  { name: '390-light-ar', language: 'ar-EG', width: 390, height: 780, features: {} },
  { name: '320-dark-ar', language: 'ar-EG', width: 320, height: 640, features: { 'prefers-color-scheme': 'dark' } },
  { name: '320-zoom-de', language: 'de-DE', width: 320, height: 256, features: {} },
  { name: '320-contrast-es', language: 'es-MX', width: 320, height: 640, features: { 'forced-colors': 'active' } },
  { name: '320-light-pt', language: 'pt-BR', width: 320, height: 640, features: {} },
];

const tap = (page, id) => page.evaluate(`document.querySelector('[data-testid="${id}"]').click()`);
const step = (page, name) => page.until(`document.querySelector('main').dataset.step === '${name}'`);
const open = async (page) => {
  await page.until(`document.querySelector('[data-testid="began-recipient"]')`);
  await tap(page, 'began-recipient');
  await step(page, 'field');
  // The heading takes the focus once it was painted.
  await page.until(`document.activeElement.tagName === 'H1'`);
};
const enter = async (page, ...values) => {
  for (const [place, value] of values.entries()) {
    await page.evaluate(`document.querySelector('#field-${place}').focus()`);
    await page.type(value);
  }
};
const phone = async (page) => {
  await open(page);
  await enter(page, '0612345678');
  await page.until(`document.querySelector('[data-testid="reading-0"]').dataset.tone === 'good'`);
};
const passcode = async (page) => {
  await phone(page);
  await tap(page, 'check');
  await step(page, 'passcode');
};

/** The scenes, as what is done in each; `at` is called where there is something to look at. */
const WALKS = {
  acme: async (page, at) => {
    await page.until(`document.querySelector('[data-testid="began-recipient"]')`);
    await at('ask');
    await page.evaluate(`document.querySelector('details').open = true`);
    await at('how');
    await phone(page);
    await at('field');
    await tap(page, 'check');
    await step(page, 'passcode');
    await at('passcode');
    await tap(page, 'matches');
    await at('confirmed');
  },
  typed: async (page, at) => {
    await passcode(page);
    await tap(page, 'compare');
    await at('typed');
    await page.evaluate(`document.querySelector('#typed-code').focus()`);
    await page.type('000000');
    await tap(page, 'compare');
    await step(page, 'stop');
    await at('stop');
  },
  three: async (page, at) => {
    await open(page);
    await tap(page, 'check');
    await at('faults');
  },
  slow: async (page, at) => {
    await phone(page);
    await tap(page, 'check');
    await step(page, 'checking');
    await sleep(5500);
    await at('checking');
  },
  forged: async (page, at) => {
    await phone(page);
    await tap(page, 'check');
    await step(page, 'stop');
    await at('unproven');
  },
  long: async (page, at) => {
    await passcode(page);
    await at('long');
  },
  nowhere: async (page, at) => {
    await step(page, 'invalid');
    await at('invalid');
  },
  entry: async (page, at) => {
    await page.until(`document.querySelector('#number')`);
    await page.evaluate(`document.querySelector('#number').focus()`);
    await page.type('48291');
    await tap(page, 'number-go');
    await at('number');
  },
};

const faults = [];
const server = await startPreview();
try {
  for (const view of VIEWS) {
    const browser = await startBrowser(`--accept-lang=${view.language}`);
    try {
      for (const [name, walk] of Object.entries(WALKS)) await look(browser, view, name, walk);
      if (view === VIEWS[0]) {
        await byKeyboard(browser);
        await onABadNetwork(browser);
      }
    } finally {
      await browser.close();
    }
  }
} finally {
  await server.close();
}
for (const fault of faults) console.log(fault);
console.log(faults.length === 0 ? 'nothing found' : `${faults.length} found`);
process.exitCode = faults.length === 0 ? 0 : 1;

async function look(browser, view, scene, walk) {
  const page = await browser.newPage();
  const { width, height, features } = view;
  await page.call('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 2, mobile: true });
  await page.call('Emulation.setEmulatedMedia', {
    features: Object.entries(features).map(([name, value]) => ({ name, value })),
  });
  const path = scene === 'entry' ? 'acme' : `${scene}/${newSession()}`;
  await page.call('Page.navigate', { url: `${server.origin}/${path}` });
  const at = async (name) => {
    await sleep(150);
    await examine(page, `${view.name} ${name}`);
    if (FOLDER !== null) await picture(page, `${name}-${view.name}`);
  };
  await walk(page, at).catch((error) => faults.push(`${view.name} ${scene}: ${error.message}`));
  await page.close();
}

async function examine(page, where) {
  await page.evaluate(`void (window.axe ?? (0, eval)(${JSON.stringify(AXE)}))`);
  const found = await page.evaluate(`axe.run({ runOnly: ${JSON.stringify(RULES)} }).then(({ violations }) =>
    violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => [id, target.join(' '), failureSummary].join(' | '))))`);
  faults.push(...found.map((fault) => `${where}: ${fault}`));
  const wide = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
  if (wide > 0) faults.push(`${where}: ${wide} pixels wider than the window`);
}

async function picture(page, name) {
  mkdirSync(FOLDER, { recursive: true });
  const { data } = await page.call('Page.captureScreenshot', { captureBeyondViewport: true, format: 'png' });
  writeFileSync(join(FOLDER, `${name}.png`), Buffer.from(data, 'base64'));
}

/** Tab, Enter and the space bar lead from the question to the end, and what has the focus can be seen. */
async function byKeyboard(browser) {
  const page = await browser.newPage();
  await page.call('Page.navigate', { url: `${server.origin}/acme/${newSession()}` });
  await page.until(`document.querySelector('[data-testid="began-recipient"]')`);
  const tabTo = async (id) => {
    for (let presses = 0; presses < 20; presses += 1) {
      await page.press('Tab');
      const outlined = await page.evaluate(`getComputedStyle(document.activeElement).outlineStyle !== 'none'`);
      if (!outlined) faults.push(`keyboard: nothing shows the focus on the way to ${id}`);
      if (await page.evaluate(`document.activeElement.dataset.testid === '${id}'`)) return;
    }
    throw new Error(`${id} was never reached`);
  };
  try {
    await tabTo('began-recipient');
    await page.press('Enter');
    await page.until(`document.querySelector('#field-0')`);
    await tabTo('field-0');
    await page.type('0612345678');
    await page.press('Enter');
    await page.until(`document.querySelector('[data-testid="passcode"]')`);
    await tabTo('matches');
    await page.press(' ');
    await page.until(`document.querySelector('[data-testid="confirmed-at"]')`);
  } catch (error) {
    faults.push(`keyboard: ${error.message}`);
  }
  await page.close();
}

/** If the entry or the page never arrives, that is said; what is not needed yet may be late. */
async function onABadNetwork(browser) {
  const lost = [
    ['*/assets/en-*.js*', `document.querySelector('[data-message="incomplete"]')?.hidden === false`],
    ['*/assets/later-*.js', `document.querySelector('[data-testid="began-recipient"]')`],
  ];
  for (const [pattern, expected] of lost) {
    const page = await browser.newPage();
    await page.call('Network.setBlockedURLs', { urls: [pattern] });
    await page.call('Page.navigate', { url: `${server.origin}/acme/${newSession()}` });
    await page.until(expected).catch(() => faults.push(`without ${pattern}: ${expected}`));
    await page.close();
  }
}
