/**
 * The recipient's calls to the service (`docs/api.md`), the page's one HTTP client. Everything is parsed here, once; what
 * comes out is typed, or an {@link ApiError} that says whose fault it is. It never repeats a call: whether the same bytes go
 * out again is for `persistence.ts` to decide. No cookie, no cache, no redirect, nobody but this page's own origin.
 */

import { FormError } from './protocol/errors.ts';
import {
  fromText,
  type Nonce,
  type RecipientToken,
  type SessionId,
  sessionIdFromText,
  sessionIdToText,
  type Share,
  type Tag,
  toText,
} from './protocol/ids.ts';
import { type Offer, parseOffer } from './protocol/offer.ts';
import type { Answer } from './protocol/recipient.ts';
import { parseProfile, type Profile } from './profile.ts';

/**
 * `network`: the world between is down. `busy`: too many calls, wait. `server`: the service is down. `invalid`: the service
 * says no, and for a recipient there is one no. `malformed`: the service's answer is not in the documented form.
 */
export type ApiErrorCode = 'network' | 'busy' | 'server' | 'invalid' | 'malformed';

export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: ApiErrorCode;
  /** How long the service asks to wait. */
  readonly retryAfterMs: number;

  constructor(code: ApiErrorCode, retryAfterMs = 0) {
    super(code);
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}

export interface OpenedSession {
  readonly offer: Offer;
  readonly share: Share;
  readonly ttlMs: number;
}

export type Verdict =
  | { readonly verdict: 'pending' }
  | { readonly verdict: 'accepted'; readonly tag: Tag; readonly ttlMs: number }
  | { readonly verdict: 'refused' };

export interface Outcome {
  readonly matched: boolean;
  /** "I did not ask for this". */
  readonly unexpected?: true;
}

/** Names one session and proves to be its recipient. */
export interface Credentials {
  readonly handle: string;
  readonly id: SessionId;
  readonly token: RecipientToken;
}

/** Longest the service holds a waiting call open, in seconds. */
const WAIT_SECS = 25;
/** How long any call may take beyond that before the network is taken to be down. */
const PATIENCE_MS = 15_000;

export class Api {
  readonly #fetch: typeof fetch;

  constructor(fetch_: typeof fetch) {
    this.#fetch = fetch_;
  }

  async profile(handle: string, signal: AbortSignal): Promise<Profile> {
    return this.#call(`orgs/${encodeURIComponent(handle)}`, { signal }, parseProfile);
  }

  /** The session behind a number the recipient was told. Changes nothing. */
  async sessionByNumber(handle: string, number: string, signal: AbortSignal): Promise<SessionId> {
    const path = `orgs/${encodeURIComponent(handle)}/numbers/${encodeURIComponent(number)}`;
    return this.#call(path, { signal, body: {} }, (json) => sessionIdFromText(string(json['session_id'])));
  }

  /** The first token to call wins; again with the same token, the same answer. */
  async open(who: Credentials, signal: AbortSignal): Promise<OpenedSession> {
    return this.#call(session(who, 'open'), { signal, token: who.token, body: {} }, (json) => ({
      offer: parseOffer(json['offer']),
      share: fromText('share', string(json['share'])),
      ttlMs: milliseconds(json['ttl_ms']),
    }));
  }

  /** Waits a while for the verdict: one round trip less. */
  async answer(who: Credentials, answer: Answer, signal: AbortSignal): Promise<Verdict> {
    const body = {
      share: toText(answer.share),
      commit: toText(answer.commit),
      began: answer.began,
      tag: toText(answer.tag),
    };
    return this.#call(session(who, 'answer'), { signal, token: who.token, body, wait: true }, verdict);
  }

  async verdict(who: Credentials, signal: AbortSignal, wait = true): Promise<Verdict> {
    return this.#call(session(who, 'verdict'), { signal, token: who.token, wait }, verdict);
  }

  /** More time; how much is left then. */
  async extend(who: Credentials, signal: AbortSignal): Promise<number> {
    const request = { signal, token: who.token, body: {} };
    return this.#call(session(who, 'extend'), request, (json) => milliseconds(json['ttl_ms']));
  }

  /** Gives the nonce away, once the passcode is on the screen. */
  async viewed(who: Credentials, nonce: Nonce, signal: AbortSignal): Promise<void> {
    const request = { signal, token: who.token, body: { nonce: toText(nonce) } };
    return this.#call(session(who, 'viewed'), request, () => undefined);
  }

  async outcome(who: Credentials, outcome: Outcome, signal: AbortSignal): Promise<void> {
    // keepalive: people close the page as soon as they have pressed the button.
    const request = { signal, token: who.token, body: outcome, keepalive: true };
    return this.#call(session(who, 'outcome'), request, () => undefined);
  }

  async #call<T>(path: string, request: Request_, parse: (json: Json) => T): Promise<T> {
    const patience = PATIENCE_MS + (request.wait === true ? WAIT_SECS * 1000 : 0);
    const { signal, done } = withPatience(request.signal, patience);
    try {
      const response = await this.#fetch(`/api/v1/${path}`, { ...init(request), signal });
      const json = await body(response);
      if (!response.ok) throw problem(response);
      return parse(json);
    } catch (error) {
      throw toApiError(error);
    } finally {
      done();
    }
  }
}

interface Request_ {
  readonly signal: AbortSignal;
  readonly token?: RecipientToken;
  readonly body?: object;
  readonly wait?: boolean;
  readonly keepalive?: boolean;
}

type Json = Readonly<Record<string, unknown>>;

function session({ handle, id }: Credentials, verb: string): string {
  return `orgs/${encodeURIComponent(handle)}/sessions/${sessionIdToText(id)}/${verb}`;
}

function init({ token, body, wait, keepalive }: Request_): RequestInit {
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (token !== undefined) headers['Authorization'] = `Bearer ${toText(token)}`;
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  if (wait === true) headers['Prefer'] = `wait=${WAIT_SECS}`;
  return {
    method: body === undefined ? 'GET' : 'POST',
    headers,
    body: body === undefined ? null : JSON.stringify(body),
    keepalive: keepalive ?? false,
    cache: 'no-store',
    credentials: 'omit',
    mode: 'same-origin',
    redirect: 'error',
    referrerPolicy: 'no-referrer',
  };
}

/** The response's JSON. What is not JSON did not come from the service but from something between, such as a hotel's gate. */
async function body(response: Response): Promise<Json> {
  const type = response.headers.get('Content-Type') ?? '';
  if (!/^application\/(problem\+)?json\b/.test(type)) throw new ApiError('network');
  const json: unknown = await response.json();
  if (typeof json !== 'object' || json === null) throw new ApiError('malformed');
  return json as Json;
}

function problem(response: Response): ApiError {
  if (response.status === 429) {
    const seconds = Number(response.headers.get('Retry-After') ?? '');
    return new ApiError('busy', Number.isFinite(seconds) ? seconds * 1000 : 0);
  }
  return new ApiError(response.status >= 500 ? 'server' : 'invalid');
}

function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  return new ApiError(error instanceof FormError ? 'malformed' : 'network');
}

/** A signal that also fires when a call takes too long: a connection that is dead but not closed would hang for minutes. */
function withPatience(outer: AbortSignal, ms: number): { signal: AbortSignal; done: () => void } {
  const controller = new AbortController();
  const abort = () => {
    controller.abort();
  };
  const timer = setTimeout(abort, ms);
  outer.addEventListener('abort', abort);
  if (outer.aborted) abort();
  const done = () => {
    clearTimeout(timer);
    outer.removeEventListener('abort', abort);
  };
  return { signal: controller.signal, done };
}

function verdict(json: Json): Verdict {
  switch (json['verdict']) {
    case 'accepted': {
      const tag = fromText('tag', string(json['tag']));
      return { verdict: 'accepted', tag, ttlMs: milliseconds(json['ttl_ms']) };
    }
    case 'refused':
      return { verdict: 'refused' };
    // An answer that was taken down without waiting has no verdict yet.
    case 'pending':
    case undefined:
      return { verdict: 'pending' };
    default:
      throw new ApiError('malformed');
  }
}

function string(json: unknown): string {
  if (typeof json !== 'string') throw new ApiError('malformed');
  return json;
}

function milliseconds(json: unknown): number {
  if (typeof json !== 'number' || !Number.isFinite(json) || json < 0) throw new ApiError('malformed');
  return json;
}
