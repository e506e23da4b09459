/** What goes over the wire, and what is made of what comes back. */

import { afterEach, describe, expect, it, vi } from 'vitest';
import { Api } from './api.ts';
import { parseProfile } from './profile.ts';
import { fromBytes, sessionIdFromText } from './protocol/ids.ts';
import { OFFER, SESSION_ID } from './protocol/testing/samples.ts';
import { PROFILE } from './testing/service.ts';

const WHO = {
  handle: 'acme',
  id: sessionIdFromText(SESSION_ID),
  token: fromBytes('token', new Uint8Array(32)),
};
const TOKEN = 'A'.repeat(43);
const signal = new AbortController().signal;

/** An API whose every call gets the same answer, and what it was asked. */
function answering(body: unknown, init: ResponseInit = {}, type = 'application/json') {
  const asked: { path: string; init: RequestInit }[] = [];
  const fetch_ = (path: string, request: RequestInit) => {
    asked.push({ path, init: request });
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const headers = new Headers(init.headers);
    headers.set('Content-Type', type);
    return Promise.resolve(new Response(text, { ...init, headers }));
  };
  return { api: new Api(fetch_ as unknown as typeof fetch), asked };
}

const failure = (code: string): unknown => expect.objectContaining({ name: 'ApiError', code });

afterEach(() => {
  vi.useRealTimers();
});

describe('requests', () => {
  it('open: the token in the header, an empty object in the body', async () => {
    const { api, asked } = answering({ offer: OFFER, share: TOKEN, ttl_ms: 101250 });
    expect((await api.open(WHO, signal)).ttlMs).toBe(101250);
    expect(asked[0]?.path).toBe(`/api/v1/orgs/acme/sessions/${SESSION_ID}/open`);
    expect(asked[0]?.init).toMatchObject({
      method: 'POST',
      body: '{}',
      headers: { Authorization: `Bearer ${TOKEN}`, 'Content-Type': 'application/json' },
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'error',
      referrerPolicy: 'no-referrer',
    });
  });

  it('answer: four members, and waits for the verdict', async () => {
    const { api, asked } = answering({}, { status: 202 });
    const bytes = new Uint8Array(32);
    const answer = {
      share: fromBytes('share', bytes),
      commit: fromBytes('commit', bytes),
      began: 'recipient' as const,
      tag: fromBytes('tag', new Uint8Array(64)),
    };
    expect(await api.answer(WHO, answer, signal)).toEqual({ verdict: 'pending' });
    expect(asked[0]?.init.headers).toMatchObject({ Prefer: 'wait=25' });
    expect(JSON.parse(asked[0]?.init.body as string)).toEqual({
      share: TOKEN,
      commit: TOKEN,
      began: 'recipient',
      tag: 'A'.repeat(86),
    });
  });

  it('verdict: a GET without a body', async () => {
    const { api, asked } = answering({ verdict: 'accepted', tag: 'A'.repeat(86), ttl_ms: 90000 });
    expect(await api.verdict(WHO, signal)).toMatchObject({ verdict: 'accepted', ttlMs: 90000 });
    expect(asked[0]?.init).toMatchObject({ method: 'GET', body: null });
    expect(asked[0]?.init.headers).not.toHaveProperty('Content-Type');
  });

  it('outcome: survives the page being closed', async () => {
    const { api, asked } = answering({}, { status: 202 });
    await api.outcome(WHO, { matched: false, unexpected: true }, signal);
    expect(asked[0]?.init).toMatchObject({ keepalive: true, body: '{"matched":false,"unexpected":true}' });
  });

  it('a session number becomes a session id', async () => {
    const { api, asked } = answering({ session_id: SESSION_ID.toUpperCase() });
    expect(await api.sessionByNumber('acme', '482913', signal)).toEqual(WHO.id);
    expect(asked[0]).toMatchObject({ path: '/api/v1/orgs/acme/numbers/482913', init: { method: 'POST' } });
  });
});

describe('answers', () => {
  it.each([
    [404, 'invalid'],
    [400, 'invalid'],
    [409, 'invalid'],
    [500, 'server'],
    [503, 'server'],
  ])('%i is %s', async (status, code) => {
    const { api } = answering({ code: 'x' }, { status }, 'application/problem+json');
    await expect(api.verdict(WHO, signal)).rejects.toEqual(failure(code));
  });

  it('429 says how long to wait', async () => {
    const { api } = answering({}, { status: 429, headers: { 'Retry-After': '7' } });
    await expect(api.open(WHO, signal)).rejects.toMatchObject({ code: 'busy', retryAfterMs: 7000 });
    const vague = answering({}, { status: 429, headers: { 'Retry-After': 'tomorrow' } });
    await expect(vague.api.open(WHO, signal)).rejects.toMatchObject({ code: 'busy', retryAfterMs: 0 });
  });

  it('a page in between is the network', async () => {
    const { api } = answering('<html>', {}, 'text/html');
    await expect(api.open(WHO, signal)).rejects.toEqual(failure('network'));
    await expect(answering('{"off').api.open(WHO, signal)).rejects.toEqual(failure('network'));
  });

  it.each([
    { offer: { ...OFFER, surprise: 1 }, share: TOKEN, ttl_ms: 1 },
    { offer: OFFER, share: 'AA', ttl_ms: 1 },
    { offer: OFFER, share: TOKEN, ttl_ms: '1' },
    { offer: OFFER, share: TOKEN, ttl_ms: -1 },
    { offer: OFFER, ttl_ms: 1 },
    null,
  ])('what is not in the documented form is malformed: %#', async (body) => {
    await expect(answering(body).api.open(WHO, signal)).rejects.toEqual(failure('malformed'));
  });

  it('an unknown verdict is malformed', async () => {
    await expect(answering({ verdict: 'maybe' }).api.verdict(WHO, signal)).rejects.toEqual(failure('malformed'));
  });

  it('a call that hangs is the network', async () => {
    vi.useFakeTimers();
    const hanging = (_: string, { signal }: RequestInit) =>
      new Promise<never>((_, reject) => {
        signal?.addEventListener('abort', () => {
          reject(new DOMException('aborted', 'AbortError'));
        });
      });
    const api = new Api(hanging as unknown as typeof fetch);
    const call = expect(api.open(WHO, signal)).rejects.toEqual(failure('network'));
    await vi.advanceTimersByTimeAsync(15_000);
    await call;
  });
});

describe('profiles', () => {
  it('are read', () => {
    expect(parseProfile(PROFILE)).toEqual({
      handle: 'acme',
      name: 'Acme Energy',
      country: 'FR',
      description: 'Energy supplier',
      websiteHost: 'www.acme.example',
      logo: null,
      domains: [{ name: 'acme.example', method: 'dns', verifiedAt: '2026-11-03T09:00:00Z' }],
      channels: ['+33 1 23 45 67 89'],
      numbers: true,
      practice: false,
    });
  });

  it('do without everything, and without what is not of its form', () => {
    const bare = parseProfile({});
    expect([bare.name, bare.country, bare.domains, bare.channels]).toEqual(['', '', [], []]);
    const odd = parseProfile({ country: 'France', website: 'javascript:alert(1)', domains: [null, {}], channels: [7] });
    expect([odd.country, odd.websiteHost, odd.domains, odd.channels]).toEqual(['', '', [], []]);
    expect(parseProfile({ website: 'https://[' }).websiteHost).toBe('');
  });

  it('have logos of this origin only', () => {
    expect(parseProfile({ logo_url: '/logos/acme.png' }).logo).toBe('/logos/acme.png');
    for (const logo_url of ['//elsewhere/x.png', 'https://elsewhere/x.png', 'data:image/png,x', '/\\elsewhere/x.png']) {
      expect(parseProfile({ logo_url }).logo).toBeNull();
    }
  });
});
