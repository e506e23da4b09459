/**
 * A service and an agent's program in one, scripted, behind the face of `fetch`: the flow's tests and `npm run dev` run the
 * page against it. It keeps one session's state as `docs/api.md` describes it, with our own protocol code on the agent's side,
 * and can lose, delay or spoil what it is told to. Never part of the page.
 */

import { type Kind, read } from '../protocol/canonical.ts';
import { fromBytes, fromText, type Random, sessionIdFromText, toText } from '../protocol/ids.ts';
import { type Began, parseOffer } from '../protocol/offer.ts';
import { readPhone } from '../protocol/phone-library.ts';
import type { Answer } from '../protocol/recipient.ts';
import { ScriptedAgent } from '../protocol/testing/agent.ts';
import { CHANNEL, OFFER, SESSION_ID } from '../protocol/testing/samples.ts';

export const PROFILE = {
  handle: 'acme',
  name: 'Acme Energy',
  country: 'FR',
  description: 'Energy supplier',
  website: 'https://www.acme.example/help',
  domains: [{ name: 'acme.example', method: 'dns', verified_at: '2026-11-03T09:00:00Z' }],
  channels: ['+33 1 23 45 67 89'],
};

export interface Script {
  readonly origin?: string;
  readonly handle?: string;
  readonly sessionId?: string;
  readonly profile?: object;
  /** Changes to the sample offer. */
  readonly offer?: object;
  /** What the agent typed, one for each field. */
  readonly values?: readonly string[];
  /** Who began, as the agent says it; `null` agrees with the recipient. */
  readonly began?: Began | null;
  readonly ttlMs?: number;
  /** Until it resolves the agent's program does not answer. */
  readonly agentAnswers?: Promise<void>;
  /** The service sends another tag than the agent's. */
  readonly forgedTag?: boolean;
  readonly random?: Random;
}

/** One call as it arrived. */
export interface Call {
  readonly verb: string;
  readonly token: string | null;
  readonly body: string | null;
}

export class ScriptedService {
  readonly calls: Call[] = [];
  /** What becomes of the next calls of a verb: the request is lost, its answer is lost, or the service refuses to work. */
  readonly mishaps: { verb: string; what: 'request lost' | 'answer lost' | 'busy' | 'down' | 'hotel' }[] = [];
  /** The passcode as the agent could say it, once the recipient has seen theirs. */
  revealed: string | null = null;
  /** Milliseconds that each request for more time adds. */
  extension = 60_000;
  readonly #script: Script;
  readonly #agent: ScriptedAgent;
  #deadline: number;
  #token: string | null = null;
  #answerBody: string | null = null;
  #answer: Answer | null = null;
  #viewed: string | null = null;
  #over = false;

  constructor(script: Script = {}) {
    this.#script = script;
    this.#deadline = performance.now() + (script.ttlMs ?? 120_000);
    const offer = parseOffer({ ...OFFER, ...script.offer });
    const typed = script.values ?? offer.fields.map(({ kind }) => SAMPLE_VALUES[kind]);
    const values = offer.fields.map(({ kind }, i) => read(kind, offer.region, typed[i] ?? '', readPhone));
    const channel = { origin: script.origin ?? CHANNEL.origin, handle: script.handle ?? CHANNEL.handle };
    const id = sessionIdFromText(script.sessionId ?? SESSION_ID);
    const began = script.began === undefined ? 'recipient' : script.began;
    const random = script.random ?? ((length) => crypto.getRandomValues(new Uint8Array(length)));
    this.#agent = new ScriptedAgent(channel, id, offer, values, began, random);
  }

  /** Adds time, as the agent can without the page knowing. */
  extend(ms: number): void {
    this.#deadline += ms;
  }

  get #ttlMs(): number {
    return Math.max(0, this.#deadline - performance.now());
  }

  /** The agent ends the session. */
  end(): void {
    this.#over = true;
  }

  readonly fetch = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const verb = verbOf(path);
    const body = typeof init.body === 'string' ? init.body : null;
    const token = new Headers(init.headers).get('Authorization')?.replace('Bearer ', '') ?? null;
    this.calls.push({ verb, token, body });
    const place = this.mishaps.findIndex((mishap) => mishap.verb === verb);
    const [mishap] = place < 0 ? [] : this.mishaps.splice(place, 1);
    if (mishap?.what === 'request lost') throw new TypeError('network');
    if (mishap?.what === 'busy') return problem(429, 'rate_limited', { 'Retry-After': '2' });
    if (mishap?.what === 'down') return problem(503, 'unavailable');
    if (mishap?.what === 'hotel') {
      return new Response('<html>Welcome</html>', { headers: { 'Content-Type': 'text/html' } });
    }
    const response = await this.#handle(verb, token, body, init.signal ?? null);
    if (mishap?.what === 'answer lost') throw new TypeError('network');
    return response;
  };

  async #handle(
    verb: string,
    token: string | null,
    body: string | null,
    signal: AbortSignal | null,
  ): Promise<Response> {
    if (verb === 'profile') return json({ ...PROFILE, ...this.#script.profile });
    if (verb === 'numbers') return json({ session_id: this.#script.sessionId ?? SESSION_ID });
    if (this.#over || this.#ttlMs === 0 || token === null) return invalid();
    if (verb === 'open') return this.#open(token);
    if (token !== this.#token) return invalid();
    switch (verb) {
      case 'answer':
        return this.#takeAnswer(body ?? '', signal);
      case 'verdict':
        return this.#answer === null ? invalid() : this.#verdict(this.#answer, signal);
      case 'extend':
        this.extend(this.extension);
        return json({ expires_at: '2026-11-24T10:00:00Z', ttl_ms: this.#ttlMs });
      case 'viewed':
        return this.#takeNonce(body ?? '');
      case 'outcome':
        return this.#viewed === null ? invalid() : json({}, 202);
      default:
        return invalid();
    }
  }

  #open(token: string): Response {
    if (this.#token !== null && this.#token !== token) return invalid();
    this.#token = token;
    const offer = { ...OFFER, ...this.#script.offer };
    return json({ offer, share: toText(this.#agent.share), ttl_ms: this.#ttlMs });
  }

  async #takeAnswer(body: string, signal: AbortSignal | null): Promise<Response> {
    if (this.#answerBody !== null && this.#answerBody !== body) return invalid();
    this.#answerBody = body;
    this.#answer = answerFrom(JSON.parse(body) as Record<string, string>);
    return this.#verdict(this.#answer, signal);
  }

  async #verdict(answer: Answer, signal: AbortSignal | null): Promise<Response> {
    const gone = new Promise<never>((_, reject) => {
      signal?.addEventListener('abort', () => {
        reject(new DOMException('aborted', 'AbortError'));
      });
    });
    gone.catch(() => undefined);
    const patience = new Promise<'pending'>((resolve) => setTimeout(resolve, 25_000, 'pending'));
    const waited = await Promise.race([this.#script.agentAnswers ?? Promise.resolve(), patience, gone]);
    if (waited === 'pending') return json({ verdict: 'pending' });
    if (this.#over) return invalid();
    const tag = this.#agent.check(answer);
    if (tag === null) return json({ verdict: 'refused' });
    const sent = this.#script.forgedTag === true ? fromBytes('tag', new Uint8Array(64)) : tag;
    return json({ verdict: 'accepted', tag: toText(sent), ttl_ms: this.#ttlMs });
  }

  #takeNonce(body: string): Response {
    if (this.#answer === null || (this.#viewed !== null && this.#viewed !== body)) return invalid();
    this.#viewed = body;
    const { nonce } = JSON.parse(body) as { nonce: string };
    this.revealed = this.#agent.reveal(this.#answer, fromText('nonce', nonce));
    return this.revealed === null ? invalid() : json({}, 202);
  }
}

export const SAMPLE_VALUES: Record<Kind, string> = {
  text: 'Élodie Durand',
  phone: '06 12 34 56 78',
  email: 'elodie@example.org',
  code: 'KL-229',
  number: '1 234,50',
  date: '1987-03-04',
};

function verbOf(path: string): string {
  const [, , , , , what, , verb] = path.split('/');
  return what === 'numbers' ? what : (verb ?? 'profile');
}

function answerFrom({ share = '', commit = '', began, tag = '' }: Record<string, string>): Answer {
  return {
    share: fromText('share', share),
    commit: fromText('commit', commit),
    began: began === 'organization' ? began : 'recipient',
    tag: fromText('tag', tag),
  };
}

function json(body: object, status = 200): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } });
}

function problem(status: number, code: string, headers: Record<string, string> = {}): Response {
  const body = JSON.stringify({ type: 'about:blank', title: code, status, code });
  return new Response(body, { status, headers: { 'Content-Type': 'application/problem+json', ...headers } });
}

function invalid(): Response {
  return problem(404, 'invalid_session');
}
