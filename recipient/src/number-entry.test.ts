import { describe, expect, it } from 'vitest';
import { Api } from './api.ts';
import { NumberEntry } from './number-entry.ts';
import { sessionIdFromText } from './protocol/ids.ts';
import { SESSION_ID } from './protocol/testing/samples.ts';
import { ScriptedService } from './testing/service.ts';

function entry(typed: string) {
  const service = new ScriptedService();
  const entry = new NumberEntry(new Api(service.fetch as typeof fetch), 'acme');
  entry.typed.value = typed;
  return { entry, service };
}

describe('a session number', () => {
  it.each(['482913', ' 482 913 ', '482-913', '٤٨٢٩١٣'])('%j finds its session', async (typed) => {
    const { entry: all, service } = entry(typed);
    expect(await all.find()).toEqual(sessionIdFromText(SESSION_ID));
    expect(service.calls.map(({ verb }) => verb)).toEqual(['numbers']);
  });

  it.each(['', '48291', '4829134', 'abcdef', '48291x'])('%j is not one, and nobody is asked', async (typed) => {
    const { entry: all, service } = entry(typed);
    expect([await all.find(), all.fault.value]).toEqual([null, 'bad']);
    expect(service.calls).toEqual([]);
  });

  it('that nobody knows, or that did not get through, is said to be that', async () => {
    const refused = new NumberEntry(new Api(answer(404)), 'acme');
    refused.typed.value = '482913';
    expect([await refused.find(), refused.fault.value]).toEqual([null, 'unknown']);
    const { entry: lost, service } = entry('482913');
    service.mishaps.push({ verb: 'numbers', what: 'request lost' });
    expect([await lost.find(), lost.fault.value, lost.asking.value]).toEqual([null, 'failed', false]);
  });

  it('is not tried for a while when too many were', async () => {
    const { entry: busy, service } = entry('482913');
    service.mishaps.push({ verb: 'numbers', what: 'busy' });
    expect([await busy.find(), busy.fault.value, busy.waitMinutes.value]).toEqual([null, 'busy', 1]);
    const long = new NumberEntry(new Api(answer(429, { 'Retry-After': '121' })), 'acme');
    long.typed.value = '482913';
    expect([await long.find(), long.waitMinutes.value]).toEqual([null, 3]);
  });

  it('is forgotten by a page that comes back', async () => {
    const { entry: all } = entry('48291');
    await all.find();
    all.forget();
    expect([all.typed.value, all.fault.value]).toEqual(['', null]);
  });
});

it('tells an organization that is not there from one that cannot be reached', async () => {
  const unknown = new NumberEntry(new Api(answer(404)), 'acme');
  await unknown.start();
  expect(unknown.missing.value).toBe('unknown');
  const down = new NumberEntry(new Api(answer(503)), 'acme');
  await down.start();
  expect(down.missing.value).toBe('failed');
});

function answer(status: number, more: Record<string, string> = {}): typeof fetch {
  const headers = { 'Content-Type': 'application/problem+json', ...more };
  return () => Promise.resolve(new Response('{"code":"x"}', { status, headers }));
}
