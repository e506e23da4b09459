/**
 * The whole page but its looks, as a program: JSON lines in, JSON lines out, so that a service written in another language can lie to
 * it. One visit at a time; every line gets one line, which says what the page wants next or where it has come to rest. For tests
 * alone: it prints what the page keeps secret.
 *
 *     {"op":"visit","session_id","origin","handle","profile":{…},"value","began"} → what comes next
 *     {"op":"respond","status":200,"body":{…}}                                     → what comes next
 *     {"op":"compare","code":"482913"}                                             → where the page rests then
 *
 * What comes next: {"call":"open"|"answer"|"verdict"|"viewed","body":{…}}, to be responded to, or {"step":"…"} of {@link Step}. The
 * visitor says who began as soon as they are asked, types the same value into every field, and compares when told.
 */

import { effect } from '@preact/signals';
import { Api } from '../api.ts';
import { startClock } from '../clock.ts';
import { Flow, type Step } from '../flow.ts';
import * as later from '../later.ts';
import { sessionIdFromText } from '../protocol/ids.ts';
import type { Began } from '../protocol/offer.ts';
import { readPhone } from '../protocol/phone-library.ts';

type Members = Readonly<Record<string, unknown>>;
type Next = { readonly call: string; readonly body: unknown } | { readonly step: Step };

/** A page that wants nothing for so long rests where it is. */
const SILENCE_MS = 10_000;

let visit: Visit | null = null;

/** One line's answer. */
export async function replyOfPage(line: string): Promise<string> {
  const request = JSON.parse(line) as Members;
  if (request['op'] === 'visit') {
    visit?.end();
    visit = new Visit(request);
  }
  if (visit === null) throw new TypeError('nobody visits');
  if (request['op'] === 'respond') visit.respond(Number(request['status']), request['body']);
  if (request['op'] === 'compare') visit.compare(String(request['code']));
  return JSON.stringify(await visit.next());
}

class Visit {
  readonly #flow: Flow;
  readonly #profile: unknown;
  readonly #end: () => void;
  #said: Next[] = [];
  #heard: (() => void) | null = null;
  #answer: ((response: Response) => void) | null = null;

  constructor(asked: Members) {
    this.#profile = asked['profile'];
    this.#flow = new Flow({
      api: new Api((url, init) => this.#fetch(url as string, init)),
      origin: String(asked['origin']),
      handle: String(asked['handle']),
      sessionId: sessionIdFromText(String(asked['session_id'])),
      prefill: null,
      random: (length) => crypto.getRandomValues(new Uint8Array(length)),
      clock: startClock(),
      painted: () => Promise.resolve(),
      // What is done ahead is done when it is needed.
      idle: () => undefined,
      loadLater: () => Promise.resolve(later),
      loadPhones: () => Promise.resolve(readPhone),
    });
    this.#end = effect(() => {
      this.#act(asked);
    });
    this.#flow.start();
  }

  /** The next thing the page wants, or where it rests, even if it does not say so. */
  async next(): Promise<Next> {
    for (;;) {
      const next = this.#said.shift();
      if (next !== undefined) return next;
      const silent = await new Promise<boolean>((resolve) => {
        const timer = setTimeout(resolve, SILENCE_MS, true);
        this.#heard = () => {
          clearTimeout(timer);
          resolve(false);
        };
      });
      if (silent) return { step: this.#flow.step.value };
    }
  }

  respond(status: number, body: unknown): void {
    const answer = this.#answer;
    if (answer === null) throw new TypeError('nothing was asked');
    this.#answer = null;
    answer(json(status, body));
  }

  /** The visitor types what they were told, or looks whether it is what they see. */
  compare(code: string): void {
    if (this.#flow.offer.value?.compare === 'typed') this.#flow.compareTyped(code);
    else if (this.#flow.passcode.value === code) this.#flow.matches();
    else this.#flow.mismatch();
    // Nothing was to be compared: it is where it was.
    if (this.#said.length === 0) this.#say({ step: this.#flow.step.value });
  }

  end(): void {
    this.#end();
    this.#flow.leave();
  }

  /** What a visitor does as the page changes. */
  #act(asked: Members): void {
    const { step, profile, began, viewed, fields } = this.#flow;
    const now = step.value;
    if (now === 'ask' && profile.value !== null && began.value === null) {
      queueMicrotask(() => {
        this.#flow.begin(asked['began'] as Began);
      });
    }
    if (now === 'field') {
      for (const { typed } of fields.value?.entries ?? []) typed.value = String(asked['value']);
      queueMicrotask(() => void this.#check());
    }
    if (now === 'passcode' && viewed.value) this.#say({ step: now });
    if (now === 'invalid' || now === 'stop' || now === 'confirmed') this.#say({ step: now });
  }

  async #check(): Promise<void> {
    // What could not be read yet is looked at, and checked again.
    const fault = (await this.#flow.check()) === null ? null : await this.#flow.check();
    if (fault !== null) this.#say({ step: this.#flow.step.value });
  }

  #say(next: Next): void {
    this.#said.push(next);
    this.#heard?.();
  }

  #fetch(url: string, init: RequestInit | undefined): Promise<Response> {
    const call = url.split('/').pop() ?? '';
    if (url.split('/').length === 5) return Promise.resolve(json(200, this.#profile));
    // Told after the end, to whoever may care.
    if (call === 'outcome') return Promise.resolve(json(200, {}));
    return new Promise((resolve, reject) => {
      init?.signal?.addEventListener('abort', () => {
        reject(new DOMException('aborted', 'AbortError'));
      });
      this.#answer = resolve;
      this.#say({ call, body: typeof init?.body === 'string' ? JSON.parse(init.body) : null });
    });
  }
}

function json(status: number, body: unknown): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } });
}
