/**
 * The recipient's steps as one state machine over signals (`docs/protocol.md` §5): what may happen when, and what is on the
 * screen. It knows no DOM. Everything it needs from the world comes through {@link Environment}, so tests run it whole against
 * a scripted service.
 *
 * It fails closed: whatever is not expected ends in `invalid`, and leaving a step forgets the secrets of it.
 */

import { computed, signal } from '@preact/signals';
import { type Api, type Credentials, type Outcome, type Verdict } from './api.ts';
import type { Clock } from './clock.ts';
import type { Fields } from './fields.ts';
import type * as Later from './later.ts';
import { Persistence } from './persistence.ts';
import { contradicts, type Profile } from './profile.ts';
import { equal, utf8, wipe } from './protocol/bytes.ts';
import type { Canonical, Reading } from './protocol/canonical.ts';
import { ExchangeError } from './protocol/errors.ts';
import { draw, type Random, type SessionId } from './protocol/ids.ts';
import type { Began, Offer } from './protocol/offer.ts';
import type { PhoneReader } from './protocol/phone.ts';
import type { Answered, Opened } from './protocol/recipient.ts';
import { asciiDigits } from './protocol/unicode.ts';
import { SessionTime } from './time.ts';

export type Step = 'ask' | 'field' | 'checking' | 'passcode' | 'confirmed' | 'stop' | 'invalid';

/**
 * Why not to continue: the codes differ, what was typed is not the code, there is no code to compare with, the reader did not
 * ask for this, the other side proved nothing.
 */
export type StopReason = 'mismatch' | 'mistyped' | 'absent' | 'unexpected' | 'unproven';

/** What the flow needs from the world. */
export interface Environment {
  readonly api: Api;
  /** `location.origin`: part of what both sides authenticate. */
  readonly origin: string;
  readonly handle: string;
  /** `null`: the address holds none that can exist. */
  readonly sessionId: SessionId | null;
  /** The first field's value, from the link. */
  readonly prefill: string | null;
  readonly random: Random;
  readonly clock: Clock;
  /** Resolves once what was set before is on the screen, and so never while the page is hidden. */
  readonly painted: () => Promise<void>;
  /** Does a piece of work once there is time for it; what has to be done by then is not left to it. */
  readonly idle: (work: () => void) => void;
  /** What is not needed before the tap. May be called again after it failed. */
  readonly loadLater: (attempt: number) => Promise<typeof Later>;
  /** May be called again after it failed. */
  readonly loadPhones: (attempt: number) => Promise<PhoneReader>;
}

/** After this long without a verdict the agent's program is slow or offline. */
const SLOW_MS = 5000;
/** So many rehearsals, and the browser has compiled what the exchange runs through. */
const REHEARSALS = 4;

export class Flow {
  readonly step = signal<Step>('ask');
  /** What shows the steps after the tap, once it is here. */
  readonly later = signal<typeof Later | null>(null);
  readonly profile = signal<Profile | null>(null);
  readonly offer = signal<Offer | null>(null);
  readonly fields = signal<Fields | null>(null);
  /** The answer to "who started this": set from the tap on. */
  readonly began = signal<Began | null>(null);
  /** A value is being checked that the reader did not type here: how it was understood. */
  readonly prefilled = signal<Reading | null>(null);
  readonly slow = signal(false);
  /** Set while it may be shown, and only then. */
  readonly passcode = signal<string | null>(null);
  /** Whether the nonce got through, without which the agent has no code: before, there is nothing to compare. */
  readonly viewed = signal(false);
  readonly stopReason = signal<StopReason | null>(null);
  /** Whether the organization has been told the outcome. */
  readonly reported = signal(false);
  readonly confirmedAt = signal<Date | null>(null);
  readonly time: SessionTime;
  readonly #persistence: Persistence;
  /** The outcome is told even when the run is over: nothing ends it. */
  readonly #afterwards = new AbortController();
  readonly #reporting = new Persistence(this.#afterwards.signal);
  readonly trouble = computed(() => this.#persistence.trouble.value ?? this.#reporting.trouble.value);

  readonly #env: Environment;
  readonly #life = new AbortController();
  #who: Credentials | null = null;
  #opened: Opened | null = null;
  #answered: Answered | null = null;
  #later: Promise<typeof Later> | null = null;
  #phonesThere: Promise<void> = Promise.resolve();
  /** The passcode in typed comparison, where it is not shown. */
  #unshown: string | null = null;

  constructor(env: Environment) {
    this.#env = env;
    this.#persistence = new Persistence(this.#life.signal);
    this.time = new SessionTime({
      api: env.api,
      clock: env.clock,
      life: this.#life.signal,
      who: () => this.#who,
      step: () => this.step.value,
      isOver: () => this.#isOver(),
      end: () => {
        this.#invalidate();
      },
    });
  }

  /**
   * Loads the profile, then what is needed after the tap. Changes nothing anywhere.
   */
  start(): void {
    if (this.#env.sessionId === null) this.#invalidate();
    if (this.#env.handle === '') return;
    void this.#attempt(async () => {
      const { api, handle } = this.#env;
      const load = () => api.profile(handle, this.#life.signal);
      this.profile.value = await this.#persistence.run(load);
      if (!this.#isOver()) await this.#loadLater();
    });
  }

  /** The reader says who began the conversation: the gesture that opens the link. */
  begin(began: Began): void {
    const { handle, sessionId, random } = this.#env;
    if (this.step.value !== 'ask' || this.began.value !== null || this.profile.value === null) return;
    if (sessionId === null) return;
    this.began.value = began;
    // Drawn once: the same token again gets the same answer, so a lost response does not burn the link.
    this.#who = { handle, id: sessionId, token: draw('token', random) };
    void this.#attempt(() => this.#open(this.#credentials()));
  }

  /**
   * Reads what was typed and goes on to check it. Says which field to mend or to look at, or `null`. How a number is read is
   * shown before it is used (`docs/protocol.md` §3): one that could not be read when it was checked has to be checked again.
   */
  async check(): Promise<number | null> {
    const fields = this.fields.value;
    if (this.step.value !== 'field' || fields === null) return null;
    const unread = fields.entries.findIndex(({ understood }) => understood.value.as === 'waiting');
    await this.#phonesThere;
    if (!this.#stepIs('field')) return null;
    const read = fields.read();
    if ('fault' in read) return read.fault;
    if (unread >= 0) return unread;
    void this.#attempt(() => this.#answer(read.values));
    return null;
  }

  matches(): void {
    if (this.#mayCompare() && this.passcode.value !== null) this.#confirm();
  }

  mismatch(): void {
    if (this.step.value === 'passcode') this.#stop('mismatch', { matched: false });
  }

  /** Typed comparison: the other side has no code to say. */
  absent(): void {
    if (this.#mayCompare()) this.#stop('absent', { matched: false });
  }

  unexpected(): void {
    if (this.step.value === 'passcode') this.#stop('unexpected', { matched: false, unexpected: true });
  }

  /** Typed comparison: what the agent said, as the reader typed it. One try; less than the whole code is none. */
  compareTyped(typed: string): void {
    if (!this.#mayCompare() || this.#unshown === null) return;
    if (equal(utf8(typedDigits(typed)), utf8(this.#unshown))) this.#confirm();
    else this.#stop('mistyped', { matched: false });
  }

  /** Tries again at once what is waiting for the network. */
  retry(): void {
    this.#persistence.retryNow();
    this.#reporting.retryNow();
  }

  /** The page is being left, or comes back from where browsers keep pages alive: whatever was secret is gone. */
  leave(): void {
    if (this.began.value !== null && !this.#isOver()) this.#invalidate();
  }

  #loadLater(): Promise<typeof Later> {
    this.#later ??= this.#persistence.run(this.#env.loadLater).then((later) => {
      this.later.value = later;
      this.#rehearse(later, REHEARSALS);
      return later;
    });
    return this.#later;
  }

  /** With values that mean nothing, while the reader reads: a browser runs code faster that it has run before. */
  #rehearse(later: typeof Later, times: number): void {
    if (times === 0) return;
    this.#env.idle(() => {
      if (this.#isOver() || this.step.value === 'checking') return;
      later.rehearse(this.#env.random);
      this.#rehearse(later, times - 1);
    });
  }

  async #open(who: Credentials): Promise<void> {
    const { api, prefill, origin, handle } = this.#env;
    // All of the page is here before anything is spent.
    const { Fields, Opened } = await this.#loadLater();
    if (this.#isOver()) return;
    let asked = 0;
    const opened = await this.#persistence.run(() => {
      asked = this.#env.clock();
      return api.open(who, this.#life.signal);
    });
    this.time.set(opened.ttlMs, asked);
    if (this.profile.value !== null && contradicts(this.profile.value, opened.offer)) {
      this.#invalidate();
      return;
    }
    const fields = new Fields(opened.offer);
    this.offer.value = opened.offer;
    this.fields.value = fields;
    this.#opened = new Opened({ origin, handle }, who.id, opened.offer, opened.share);
    this.#env.idle(() => this.#opened?.prepare(this.#env.random));
    const first = fields.entries[0];
    if (prefill !== null && first !== undefined) first.typed.value = prefill;
    if (fields.needPhones) this.#phonesThere = this.#loadPhones(fields);

    if (prefill !== null && fields.entries.length === 1) {
      await this.#phonesThere;
      const read = fields.read();
      if ('values' in read) {
        this.prefilled.value = read.values[0]?.reading ?? null;
        await this.#answer(read.values);
        return;
      }
    }
    if (!this.#isOver()) this.step.value = 'field';
  }

  async #loadPhones(fields: Fields): Promise<void> {
    await this.#attempt(async () => {
      fields.phones.value = await this.#persistence.run(this.#env.loadPhones);
    });
  }

  async #answer(values: readonly Canonical[]): Promise<void> {
    const [who, began] = [this.#credentials(), this.began.value];
    if (this.#opened === null || began === null || this.#isOver()) return;
    this.step.value = 'checking';
    // Let the step be painted before the arithmetic takes the processor.
    await new Promise((resolve) => setTimeout(resolve));
    const { answered, answer } = this.#opened.answer(values, began, this.#env.random);
    this.#answered = answered;
    this.#opened = null;
    this.fields.value?.forget();

    const { api } = this.#env;
    const slow = setTimeout(() => (this.slow.value = true), SLOW_MS);
    try {
      let verdict = await this.#persistence.run(() => api.answer(who, answer, this.#life.signal));
      while (verdict.verdict === 'pending') {
        verdict = await this.#persistence.run(() => this.#nextVerdict(who));
      }
      await this.#conclude(who, answered, verdict);
    } finally {
      clearTimeout(slow);
    }
  }

  /** A waiting call. One that comes back empty-handed at once is not repeated at once. */
  async #nextVerdict(who: Credentials): Promise<Verdict> {
    const asked = this.#env.clock();
    const verdict = await this.#env.api.verdict(who, this.#life.signal);
    const early = verdict.verdict === 'pending' && this.#env.clock() - asked < 1000;
    if (early) await new Promise((resolve) => setTimeout(resolve, 1000));
    return verdict;
  }

  async #conclude(who: Credentials, answered: Answered, verdict: Verdict): Promise<void> {
    if (this.#isOver()) return;
    if (verdict.verdict !== 'accepted') {
      this.#invalidate();
      return;
    }
    const { passcode, nonce } = answered.accept(verdict.tag);
    this.time.set(verdict.ttlMs);
    if (this.offer.value?.compare === 'typed') this.#unshown = passcode;
    else this.passcode.value = passcode;
    this.prefilled.value = null;
    this.time.extension.value = 'none';
    this.step.value = 'passcode';
    // The nonce unlocks the agent's reveal, so it leaves only once the reader can see what to compare with.
    await this.#env.painted();
    try {
      await this.#persistence.run(() => this.#env.api.viewed(who, nonce, this.#life.signal));
      this.viewed.value = true;
    } finally {
      wipe(nonce);
    }
  }

  #confirm(): void {
    this.confirmedAt.value = new Date();
    this.#end('confirmed');
    void this.#report({ matched: true });
  }

  #stop(reason: StopReason, outcome: Outcome): void {
    this.stopReason.value = reason;
    this.#end('stop');
    void this.#report(outcome);
  }

  /**
   * Tells the organization. A session that was over there before the reader said that the codes match, because the agent called it
   * off or a second answer came, confirms nothing. What was told before may have been taken and its answer lost: then nothing follows
   * from a refusal.
   */
  async #report(outcome: Outcome): Promise<void> {
    const who = this.#who;
    if (who === null) return;
    let told = 0;
    try {
      await this.#reporting.run(() => {
        told += 1;
        return this.#env.api.outcome(who, outcome, this.#afterwards.signal);
      });
      this.reported.value = true;
    } catch {
      if (outcome.matched && told === 1) this.#end('invalid');
    }
  }

  /** Runs a piece of the flow; whatever ends it unexpectedly ends the session. */
  async #attempt(piece: () => Promise<void>): Promise<void> {
    try {
      await piece();
    } catch (error) {
      if (this.#isOver()) return;
      const unproven = error instanceof ExchangeError && error.code === 'not_confirmed';
      if (unproven) this.#stop('unproven', { matched: false });
      else this.#end('invalid');
    }
  }

  #invalidate(): void {
    if (!this.#isOver()) this.#end('invalid');
  }

  /** Ends the run and forgets everything secret. */
  #end(step: Step): void {
    this.passcode.value = null;
    this.#unshown = null;
    this.#answered?.wipe();
    this.#answered = null;
    this.#opened?.wipe();
    this.#opened = null;
    this.fields.value?.forget();
    this.fields.value = null;
    this.prefilled.value = null;
    this.time.countdown.stop();
    this.step.value = step;
    // The profile may still be on its way to a page whose address was wrong; it says how to reach the organization.
    if (this.profile.value !== null) this.#life.abort();
  }

  #mayCompare(): boolean {
    return this.step.value === 'passcode' && this.viewed.value;
  }

  #isOver(): boolean {
    return ['confirmed', 'stop', 'invalid'].includes(this.step.value);
  }

  /** The step as it is now: an `await` may have changed what was known. */
  #stepIs(step: Step): boolean {
    return this.step.value === step;
  }

  #credentials(): Credentials {
    if (this.#who === null) throw new ExchangeError('spent');
    return this.#who;
  }
}

/** What counts of a code as it was typed: its digits, of whatever script. */
export function typedDigits(typed: string): string {
  return asciiDigits(typed).replace(/[^0-9]/g, '');
}
