/** The flow when the network, the agent or time is against it, and when the page is left; and typed comparison. */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Api, ApiError } from './api.ts';
import type { PhoneReader } from './protocol/phone.ts';
import { readPhone } from './protocol/phone-library.ts';
import { enter, only, opened, page, pass, shown } from './testing/page.ts';
import { ScriptedService } from './testing/service.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe('a bad network', () => {
  it('opens again with the same token when the answer was lost', async () => {
    const { flow, service } = page();
    await pass(0);
    service.mishaps.push({ verb: 'open', what: 'answer lost' }, { verb: 'open', what: 'request lost' });
    flow.begin('recipient');
    await pass(0);
    expect(flow.trouble.value).toBe('network');
    await pass(2000);
    expect(flow.step.value).toBe('field');
    expect(flow.trouble.value).toBeNull();
    const opens = only(service, 'open');
    expect(opens).toHaveLength(3);
    expect(new Set(opens.map(({ token }) => token)).size).toBe(1);
  });

  it.each(['answer', 'viewed'])('repeats %s with the same bytes', async (verb) => {
    const { flow, service } = await opened();
    service.mishaps.push({ verb, what: 'answer lost' }, { verb, what: 'down' }, { verb, what: 'hotel' });
    enter(flow, '0612345678');
    await flow.check();
    await pass(10_000);
    expect(flow.step.value).toBe('passcode');
    expect(service.revealed).toBe(flow.passcode.value);
    const calls = only(service, verb);
    expect(calls).toHaveLength(4);
    expect(new Set(calls.map(({ body, token }) => `${body ?? ''} ${token ?? ''}`)).size).toBe(1);
  });

  it('waits as long as a busy service asks', async () => {
    const { flow, service } = page();
    await pass(0);
    service.mishaps.push({ verb: 'open', what: 'busy' });
    flow.begin('recipient');
    await pass(1900);
    expect([flow.step.value, flow.trouble.value]).toEqual(['ask', 'busy']);
    await pass(200);
    expect(flow.step.value).toBe('field');
  });

  it('tries at once when it is told to', async () => {
    const { flow, service } = page();
    await pass(0);
    service.mishaps.push({ verb: 'open', what: 'request lost' });
    flow.begin('recipient');
    await pass(0);
    flow.retry();
    await pass(0);
    expect(flow.step.value).toBe('field');
  });

  it('waits for the profile', async () => {
    const service = new ScriptedService();
    service.mishaps.push({ verb: 'profile', what: 'request lost' });
    const { flow } = page({ env: { api: new Api(service.fetch as typeof fetch) } });
    await pass(0);
    expect([flow.profile.value, flow.trouble.value]).toEqual([null, 'network']);
    await pass(600);
    expect(flow.profile.value?.name).toBe('Acme Energy');
  });

  it('loads the phone library again', async () => {
    const attempts: number[] = [];
    const loadPhones = (attempt: number): Promise<PhoneReader> => {
      attempts.push(attempt);
      return attempt < 2 ? Promise.reject(new ApiError('network')) : Promise.resolve(readPhone);
    };
    const { flow } = await opened({ env: { loadPhones } });
    enter(flow, '0612345678');
    expect(flow.fields.value?.entries[0]?.understood.value.as).toBe('waiting');
    const checked = flow.check();
    await pass(2000);
    expect(await checked).toBeNull();
    await pass(10);
    expect(flow.step.value).toBe('passcode');
    expect(attempts).toEqual([0, 1, 2]);
  });

  it('does not load the phone library for other fields', async () => {
    const loadPhones = vi.fn();
    const { flow } = await opened({ offer: { fields: [{ name: 'A', kind: 'text' }] }, env: { loadPhones } });
    enter(flow, 'Élodie Durand');
    await flow.check();
    await pass(10);
    expect(flow.step.value).toBe('passcode');
    expect(loadPhones).not.toHaveBeenCalled();
  });
});

describe('a slow agent', () => {
  it('is said to be slow, and waited for', async () => {
    let answer: () => void = () => undefined;
    const agentAnswers = new Promise<void>((resolve) => (answer = resolve));
    const { flow, service } = await shown({ agentAnswers });
    expect([flow.step.value, flow.slow.value]).toEqual(['checking', false]);
    await pass(6000);
    expect(flow.slow.value).toBe(true);
    await pass(60_000);
    expect(only(service, 'verdict').length).toBeGreaterThan(1);
    answer();
    await pass(10);
    expect(flow.step.value).toBe('passcode');
  });

  it('is waited for until the end and no longer', async () => {
    const { flow, service } = await shown({ agentAnswers: new Promise(() => undefined) });
    await pass(121_000);
    expect(flow.step.value).toBe('invalid');
    const calls = service.calls.length;
    await pass(300_000);
    expect(service.calls.length).toBe(calls);
  });
});

describe('time', () => {
  it('hides the passcode at the end', async () => {
    const { flow } = await shown({ ttlMs: 30_000 });
    await pass(29_500);
    expect(flow.passcode.value).not.toBeNull();
    await pass(500);
    expect([flow.step.value, flow.passcode.value, flow.fields.value]).toEqual(['invalid', null, null]);
    flow.matches();
    expect(flow.step.value).toBe('invalid');
  });

  it('ends while a value is being entered', async () => {
    const { flow } = await opened({ ttlMs: 30_000 });
    await pass(31_000);
    expect(flow.step.value).toBe('invalid');
  });

  it('is extended on request', async () => {
    const { flow } = await opened({ ttlMs: 30_000 });
    await flow.moreTime();
    expect([flow.extension.value, flow.countdown.seconds.value]).toEqual(['added', 90]);
  });

  it('says when no more can be had, and when the request did not get through', async () => {
    const { flow, service } = await opened({ ttlMs: 30_000 });
    service.extension = 0;
    await flow.moreTime();
    expect(flow.extension.value).toBe('refused');
    service.mishaps.push({ verb: 'extend', what: 'request lost' });
    await flow.moreTime();
    expect(flow.extension.value).toBe('failed');
    service.end();
    await flow.moreTime();
    expect(flow.extension.value).toBe('refused');
    expect(flow.step.value).toBe('field');
  });

  it('notices that the agent has added time', async () => {
    const { flow, service } = await opened({ ttlMs: 30_000 });
    service.extend(30_000);
    await pass(40_000);
    expect([flow.step.value, flow.countdown.seconds.value]).toEqual(['field', 20]);
    enter(flow, '0612345678');
    await flow.check();
    await pass(10);
    service.extend(30_000);
    await pass(40_000);
    expect(flow.step.value).toBe('passcode');
    await pass(10_000);
    expect([flow.step.value, flow.passcode.value]).toEqual(['invalid', null]);
  });
});

describe('leaving the page', () => {
  it('forgets the passcode', async () => {
    const { flow } = await shown();
    flow.leave();
    expect([flow.step.value, flow.passcode.value]).toEqual(['invalid', null]);
  });

  it('stops what is under way', async () => {
    const { flow, service } = await shown({ agentAnswers: new Promise(() => undefined) });
    flow.leave();
    const calls = service.calls.length;
    await pass(120_000);
    expect(service.calls.length).toBe(calls);
  });

  it('changes nothing before the tap, and nothing after the end', async () => {
    const { flow } = page();
    await pass(0);
    flow.leave();
    expect(flow.step.value).toBe('ask');
    const done = await shown();
    done.flow.matches();
    done.flow.leave();
    expect(done.flow.step.value).toBe('confirmed');
  });
});

describe('typed comparison', () => {
  const typed = { offer: { compare: 'typed' } };

  it('never shows the passcode, and compares', async () => {
    const { flow, service } = await shown(typed);
    expect([flow.step.value, flow.passcode.value]).toEqual(['passcode', null]);
    flow.matches();
    expect(flow.step.value).toBe('passcode');
    const code = service.revealed ?? '';
    flow.compareTyped(` ${code.slice(0, 3)} ${code.slice(3)}`);
    expect(flow.step.value).toBe('confirmed');
  });

  it('sends the nonce once the input is there, since the agent must be able to say the code', async () => {
    const { flow, service } = await shown(typed);
    expect([flow.step.value, service.revealed === null]).toEqual(['passcode', false]);
  });

  it('takes one try', async () => {
    const { flow, service } = await shown(typed);
    const code = service.revealed ?? '';
    flow.compareTyped(code === '000000' ? '000001' : '000000');
    flow.compareTyped(code);
    await pass(0);
    expect([flow.step.value, flow.stopReason.value]).toEqual(['stop', 'mistyped']);
    expect(only(service, 'outcome').map(({ body }) => body)).toEqual(['{"matched":false}']);
  });
});
