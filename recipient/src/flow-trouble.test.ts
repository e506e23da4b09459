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
    const { flow, service } = await opened({ env: { loadPhones } });
    enter(flow, '0612345678');
    expect(flow.fields.value?.entries[0]?.understood.value.as).toBe('waiting');
    const checked = flow.check();
    await pass(2000);
    // How the number is read was not on the screen when it was checked: it is looked at first, and checked again.
    expect(await checked).toBe(0);
    expect([flow.step.value, flow.fields.value?.entries[0]?.understood.value.as]).toEqual(['field', 'value']);
    expect(only(service, 'answer')).toEqual([]);
    expect(await flow.check()).toBeNull();
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

describe('an end', () => {
  it('leaves no word of a network that is not needed any more', async () => {
    const { flow, service } = await opened();
    service.mishaps.push({ verb: 'answer', what: 'request lost' });
    enter(flow, '+33 6 12 34 56 78');
    await flow.check();
    await pass(10);
    expect(flow.trouble.value).toBe('network');
    service.end();
    await pass(2000);
    expect([flow.step.value, flow.trouble.value]).toEqual(['invalid', null]);
  });

  it('says that there was no code, and of codes nothing, where the agent had none to say', async () => {
    const { flow, service } = await shown({ offer: { compare: 'typed' } });
    flow.absent();
    await pass(0);
    expect([flow.step.value, flow.stopReason.value]).toEqual(['stop', 'absent']);
    expect(only(service, 'outcome').map(({ body }) => body)).toEqual(['{"matched":false}']);
  });

  it('does not come before there is something to compare', async () => {
    const { flow, service } = await opened();
    service.mishaps.push({ verb: 'viewed', what: 'request lost' });
    enter(flow, '+33 6 12 34 56 78');
    await flow.check();
    await pass(10);
    flow.matches();
    expect([flow.step.value, flow.trouble.value]).toEqual(['passcode', 'network']);
    await pass(600);
    flow.matches();
    expect([flow.step.value, flow.trouble.value]).toEqual(['confirmed', null]);
  });

  it('is told to the organization over a bad network too, and the page says that it is not told yet', async () => {
    const { flow, service } = await shown();
    service.mishaps.push({ verb: 'outcome', what: 'request lost' });
    flow.mismatch();
    await pass(0);
    expect([flow.step.value, flow.reported.value, flow.trouble.value]).toEqual(['stop', false, 'network']);
    flow.retry();
    await pass(0);
    expect([flow.reported.value, flow.trouble.value]).toEqual([true, null]);
  });
});

describe('a phone that slept', () => {
  /** Past the end that the page knows of, in the field's step. */
  async function slept() {
    let asleep = 0;
    const all = await opened({ env: { clock: () => performance.now() + asleep } });
    enter(all.flow, '+33 6 12 34 56 78');
    return { ...all, sleep: (ms: number) => (asleep += ms) };
  }

  it('goes on if the agent added time meanwhile, and shows nothing before it knows', async () => {
    const { flow, service, sleep } = await slept();
    sleep(125_000);
    service.extend(60_000);
    flow.time.countdown.tick();
    expect([flow.time.waking.value, flow.time.countdown.seconds.value]).toEqual([true, null]);
    await pass(10);
    expect([flow.time.waking.value, flow.step.value]).toEqual([false, 'field']);
    expect(flow.fields.value?.entries[0]?.typed.value).toBe('+33 6 12 34 56 78');
    await flow.check();
    await pass(10);
    expect(flow.step.value).toBe('passcode');
  });

  it('ends if nobody did, and if nobody can be asked', async () => {
    const ended = await slept();
    ended.service.end();
    ended.sleep(125_000);
    ended.flow.time.countdown.tick();
    await pass(10);
    expect(ended.flow.step.value).toBe('invalid');

    const cut = await slept();
    for (let i = 0; i < 9; i += 1) cut.service.mishaps.push({ verb: 'open', what: 'request lost' });
    cut.sleep(125_000);
    cut.flow.time.countdown.tick();
    await pass(10);
    expect(cut.flow.step.value).toBe('invalid');
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
    await flow.time.more();
    expect([flow.time.extension.value, flow.time.countdown.seconds.value]).toEqual(['added', 90]);
  });

  it('says when no more can be had, and when the request did not get through', async () => {
    const { flow, service } = await opened({ ttlMs: 30_000 });
    service.extension = 0;
    await flow.time.more();
    expect(flow.time.extension.value).toBe('refused');
    service.mishaps.push({ verb: 'extend', what: 'request lost' });
    await flow.time.more();
    expect(flow.time.extension.value).toBe('failed');
    service.end();
    await flow.time.more();
    expect(flow.time.extension.value).toBe('refused');
    expect(flow.step.value).toBe('field');
  });

  it('notices that the agent has added time', async () => {
    const { flow, service } = await opened({ ttlMs: 30_000 });
    service.extend(30_000);
    await pass(40_000);
    expect([flow.step.value, flow.time.countdown.seconds.value]).toEqual(['field', 20]);
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
