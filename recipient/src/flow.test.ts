/** The flow, whole, against the scripted service: what is sent when, what is shown when, and what never is. */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Api } from './api.ts';
import { another, enter, only, opened, page, pass, shown, verbs } from './testing/page.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe('the happy path', () => {
  it('asks nothing of the service before the tap but the profile', async () => {
    const { flow, service } = page();
    await pass(60_000);
    expect(flow.step.value).toBe('ask');
    expect(flow.profile.value?.name).toBe('Acme Energy');
    expect(verbs(service)).toEqual(['profile']);
  });

  it('goes from the question to the code to confirmed', async () => {
    const { flow, service } = await opened();
    expect(flow.step.value).toBe('field');
    expect(flow.time.countdown.seconds.value).toBe(120);
    expect(flow.offer.value?.agentName).toBe('Dana R.');

    enter(flow, '+33612345678');
    expect(await flow.check()).toBeNull();
    await pass(10);
    expect(flow.step.value).toBe('passcode');
    expect(flow.passcode.value).toMatch(/^[0-9]{6}$/);
    expect(service.revealed).toBe(flow.passcode.value);

    flow.matches();
    expect(flow.step.value).toBe('confirmed');
    expect(flow.passcode.value).toBeNull();
    await pass(0);
    expect(verbs(service)).toEqual(['profile', 'open', 'answer', 'viewed', 'outcome']);
    expect(only(service, 'outcome')[0]?.body).toBe('{"matched":true}');
    expect(flow.reported.value).toBe(true);
  });

  it('gives the nonce away only once the code is on the screen', async () => {
    let paint: () => void = () => undefined;
    const painted = () => new Promise<void>((resolve) => (paint = resolve));
    const { flow, service } = await shown({ env: { painted } });
    expect(flow.step.value).toBe('passcode');
    await pass(30_000);
    expect(verbs(service)).not.toContain('viewed');
    paint();
    await pass(0);
    expect(service.revealed).toBe(flow.passcode.value);
  });

  it('takes one tap', async () => {
    const { flow, service } = page();
    await pass(0);
    flow.begin('recipient');
    flow.begin('organization');
    await pass(0);
    flow.begin('organization');
    await pass(0);
    expect(only(service, 'open')).toHaveLength(1);
    enter(flow, '0612345678');
    await flow.check();
    await pass(10);
    expect(only(service, 'answer')[0]?.body).toContain('"began":"recipient"');
  });

  it('sends no value and no passcode, in any form', async () => {
    const { flow, service } = await shown();
    const code = flow.passcode.value ?? '';
    flow.matches();
    await pass(0);
    const sent = JSON.stringify(service.calls);
    for (const secret of ['612345678', code, btoa('+33612345678').slice(0, 12)]) expect(sent).not.toContain(secret);
  });

  it('reads several fields, and says which to mend', async () => {
    const field = (name: string, kind: string) => ({ name, kind });
    const fields = [field('A', 'text'), field('B', 'number'), field('C', 'date')];
    const { flow, service } = await opened({ offer: { fields }, values: ['Ä', '1,5', '2020-01-02'] });
    enter(flow, 'a\u0308', 'x', '2020-02-30');
    expect(await flow.check()).toBe(1);
    expect(flow.fields.value?.entries.map(({ judged }) => judged.value)).toEqual([true, true, true]);
    expect(verbs(service)).not.toContain('answer');
    enter(flow, 'a\u0308', '1.50', '2020-01-02');
    expect(await flow.check()).toBeNull();
    await pass(10);
    expect(flow.step.value).toBe('passcode');
  });
});

describe('ends', () => {
  it('is invalid when the value differs, or who began', async () => {
    for (const script of [{ values: ['06 00 00 00 00'] }, { began: 'organization' as const }]) {
      const { flow, service } = await shown(script);
      expect(flow.step.value).toBe('invalid');
      expect(verbs(service)).not.toContain('viewed');
    }
  });

  it('stops when the tag is not the agent’s, says that it does not match, and never that it was viewed', async () => {
    const { flow, service } = await shown({ forgedTag: true });
    expect([flow.step.value, flow.stopReason.value]).toEqual(['stop', 'unproven']);
    expect(flow.passcode.value).toBeNull();
    await pass(200_000);
    expect(verbs(service)).not.toContain('viewed');
    expect(only(service, 'outcome').map((call) => call.body)).toEqual(['{"matched":false}']);
  });

  it('tells a mismatch', async () => {
    const { flow, service } = await shown();
    flow.mismatch();
    await pass(0);
    expect([flow.step.value, flow.stopReason.value]).toEqual(['stop', 'mismatch']);
    expect(only(service, 'outcome')[0]?.body).toBe('{"matched":false}');
    expect(flow.passcode.value).toBeNull();
    flow.matches();
    expect(flow.step.value).toBe('stop');
  });

  it('tells that it was not asked for', async () => {
    const { flow, service } = await shown();
    flow.unexpected();
    await pass(0);
    expect([flow.step.value, flow.stopReason.value]).toEqual(['stop', 'unexpected']);
    expect(only(service, 'outcome')[0]?.body).toBe('{"matched":false,"unexpected":true}');
  });

  it('confirms nothing where the session was over before', async () => {
    const { flow, service } = await shown();
    service.end();
    flow.matches();
    await pass(0);
    expect([flow.step.value, flow.reported.value]).toEqual(['invalid', false]);
  });

  it('takes nothing back that may have been told', async () => {
    const { flow, service } = await shown();
    service.mishaps.push({ verb: 'outcome', what: 'answer lost' });
    flow.matches();
    await pass(0);
    service.end();
    await pass(60_000);
    expect([flow.step.value, only(service, 'outcome').length]).toEqual(['confirmed', 2]);
  });

  it('says reported only when it is', async () => {
    const { flow, service } = await shown();
    service.mishaps.push({ verb: 'outcome', what: 'request lost' });
    flow.mismatch();
    await pass(0);
    expect(flow.reported.value).toBe(false);
    await pass(600);
    expect(flow.reported.value).toBe(true);
    expect(new Set(only(service, 'outcome').map(({ body }) => body)).size).toBe(1);
  });

  it('is invalid for an id that cannot be one, without asking the service about it', async () => {
    const { flow, service } = page({ env: { sessionId: null } });
    await pass(0);
    flow.begin('recipient');
    await pass(1000);
    expect(flow.step.value).toBe('invalid');
    expect(flow.profile.value?.name).toBe('Acme Energy');
    expect(verbs(service)).toEqual(['profile']);
  });

  it('is invalid when the link is used up: another page’s token, or a reload’s', async () => {
    const { flow, environment } = await opened();
    const reloaded = another(environment);
    await pass(0);
    reloaded.begin('organization');
    await pass(0);
    expect(reloaded.step.value).toBe('invalid');
    expect(flow.step.value).toBe('field');
  });

  it('is invalid when the offer names another organization than the page showed', async () => {
    expect((await opened({ profile: { name: 'Acme' } })).flow.step.value).toBe('invalid');
    expect((await opened({ profile: { country: 'DE' } })).flow.step.value).toBe('invalid');
    expect((await opened({ profile: { country: undefined } })).flow.step.value).toBe('field');
  });

  it('is invalid when the agent’s share is not a group element', async () => {
    const { environment } = page();
    const api = environment.api;
    vi.spyOn(api, 'open').mockImplementation(async (...request) => {
      const answer = await Api.prototype.open.apply(api, request);
      answer.share.fill(0);
      return answer;
    });
    const flow = another(environment);
    await pass(0);
    flow.begin('recipient');
    await pass(0);
    enter(flow, '0612345678');
    await flow.check();
    await pass(10);
    expect(flow.step.value).toBe('invalid');
  });
});

describe('prefill', () => {
  it('skips the field when it is the only one, after the tap', async () => {
    const { flow, service } = page({ env: { prefill: '06 12 34 56 78' } });
    await pass(1000);
    expect(flow.step.value).toBe('ask');
    flow.begin('recipient');
    await pass(10);
    expect(flow.step.value).toBe('passcode');
    expect(verbs(service)).toEqual(['profile', 'open', 'answer', 'viewed']);
  });

  it('shows how the value was understood while it is checked', async () => {
    const { flow } = page({ env: { prefill: '06 12 34 56 78' }, agentAnswers: new Promise(() => undefined) });
    await pass(0);
    flow.begin('recipient');
    await pass(10);
    expect(flow.step.value).toBe('checking');
    expect(flow.prefilled.value).toMatchObject({ international: '+33 6 12 34 56 78' });
  });

  it('shows the field when the value cannot be read', async () => {
    const { flow, service } = await opened({ env: { prefill: 'hello' } });
    expect(flow.step.value).toBe('field');
    expect(flow.fields.value?.entries[0]?.typed.value).toBe('hello');
    expect(verbs(service)).not.toContain('answer');
  });

  it('fills the first of several', async () => {
    const fields = [
      { name: 'A', kind: 'text' },
      { name: 'B', kind: 'text' },
    ];
    const { flow } = await opened({ offer: { fields }, env: { prefill: 'one' } });
    expect(flow.step.value).toBe('field');
    expect(flow.fields.value?.entries.map(({ typed }) => typed.value)).toEqual(['one', '']);
  });
});
