/**
 * A headless Chromium over the DevTools protocol's pipe, for the scripts beside this file: no library, no port. The browser
 * is `CHROMIUM`, or `chromium` on the path.
 */

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ARGUMENTS = ['--headless=new', '--no-first-run', '--disable-gpu', '--hide-scrollbars', '--remote-debugging-pipe'];

/** Starts a browser with a profile of its own; `close` ends it and removes the profile. */
export async function startBrowser(...more) {
  const profile = mkdtempSync(join(tmpdir(), 'countersign-browser-'));
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const program = process.env.CHROMIUM ?? 'chromium';
  const child = spawn(program, [...ARGUMENTS, ...sandbox, ...more, `--user-data-dir=${profile}`, 'about:blank'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
  });
  const send = connect(child.stdio[3], child.stdio[4]);
  const close = async () => {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    send('Browser.close').catch(() => undefined);
    await ended;
    rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  };
  return { newPage: () => newPage(send), close };
}

/** A page in a context of its own: no cache, no history of another. */
async function newPage(send) {
  const { browserContextId } = await send('Target.createBrowserContext');
  const { targetId } = await send('Target.createTarget', { url: 'about:blank', browserContextId });
  const { sessionId } = await send('Target.attachToTarget', { targetId, flatten: true });
  const call = (method, params = {}) => send(method, params, sessionId);
  await Promise.all(['Page', 'Runtime', 'Network', 'Performance'].map((domain) => call(`${domain}.enable`)));
  return {
    call,
    evaluate: (expression) => evaluate(call, expression),
    until: (expression, patience = 20_000) => until(call, expression, patience),
    press: (key) => press(call, key),
    type: (text, pause) => type(call, text, pause),
    close: () => send('Target.disposeBrowserContext', { browserContextId }),
  };
}

async function evaluate(call, expression) {
  const answer = await call('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
  if (answer.exceptionDetails !== undefined) throw new Error(answer.exceptionDetails.exception?.description ?? expression);
  return answer.result.value;
}

async function until(call, expression, patience) {
  const end = performance.now() + patience;
  for (;;) {
    const value = await evaluate(call, expression).catch(() => false);
    if (value) return value;
    if (performance.now() > end) throw new Error(`never came true: ${expression}`);
    await sleep(50);
  }
}

async function press(call, key) {
  const named = { Tab: 9, Enter: 13, ' ': 32, Backspace: 8 }[key];
  const code = { windowsVirtualKeyCode: named ?? key.charCodeAt(0), key, text: { Enter: '\r', Tab: '', Backspace: '' }[key] ?? key };
  await call('Input.dispatchKeyEvent', { type: 'keyDown', ...code });
  await call('Input.dispatchKeyEvent', { type: 'keyUp', ...code });
}

async function type(call, text, pause = 0) {
  for (const letter of text) {
    await press(call, letter);
    await sleep(pause);
  }
}

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Messages are JSON, each ended by a zero byte. */
function connect(out, from) {
  const waiting = new Map();
  let [next, held] = [1, ''];
  from.setEncoding('utf8');
  from.on('data', (text) => {
    const messages = (held + text).split('\0');
    held = messages.pop();
    for (const message of messages.map((json) => JSON.parse(json))) {
      const { resolve, reject } = waiting.get(message.id) ?? {};
      waiting.delete(message.id);
      if (message.error !== undefined) reject?.(new Error(message.error.message));
      else resolve?.(message.result);
    }
  });
  return (method, params = {}, sessionId = undefined) =>
    new Promise((resolve, reject) => {
      const id = next++;
      waiting.set(id, { resolve, reject });
      out.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    });
}
