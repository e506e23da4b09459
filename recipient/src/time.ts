/**
 * The session's time as the page knows it: counted down from what the service said, asked for, and asked about. The agent may add
 * time without the page knowing, and a phone may sleep past the end that its page knew of.
 */

import { signal } from '@preact/signals';
import type { Api, Credentials } from './api.ts';
import type { Clock } from './clock.ts';
import { Countdown } from './countdown.ts';
import type { Step } from './flow.ts';

/** What came of asking for more time. */
export type Extension = 'none' | 'asking' | 'added' | 'refused' | 'failed';

/** What the flow lends. */
export interface Lent {
  readonly api: Api;
  readonly clock: Clock;
  /** Ends every call. */
  readonly life: AbortSignal;
  /** `null` before the tap. */
  readonly who: () => Credentials | null;
  readonly step: () => Step;
  readonly isOver: () => boolean;
  readonly end: () => void;
}

/** Least extension that is worth telling. */
const ADDED_MS = 1000;
/** So long a page that slept past its end waits to hear whether there is more time. */
const WAKE_MS = 5000;

export class SessionTime {
  readonly countdown: Countdown;
  readonly extension = signal<Extension>('none');
  /** The page slept past the end that it knew of: nothing is shown until the service has said whether there is more time. */
  readonly waking = signal(false);
  readonly #lent: Lent;

  constructor(lent: Lent) {
    this.#lent = lent;
    this.countdown = new Countdown(lent.clock, {
      near: () => void this.#ask(),
      end: (told) => {
        if (told) lent.end();
        else void this.#wake();
      },
    });
  }

  /** What the service said of the time left, and when it was asked if the call did not wait. Says by how much the end moved. */
  set(ttlMs: number, asked?: number): number {
    this.waking.value = false;
    return this.countdown.set(ttlMs, asked);
  }

  /** Asks for more time. */
  async more(): Promise<void> {
    const { api, clock, life, who: known, isOver } = this.#lent;
    const who = known();
    if (who === null || this.extension.value === 'asking' || isOver()) return;
    this.extension.value = 'asking';
    try {
      const asked = clock();
      const ttlMs = await api.extend(who, life);
      if (isOver()) return;
      this.extension.value = this.set(ttlMs, asked) >= ADDED_MS ? 'added' : 'refused';
    } catch (error) {
      this.extension.value = isRefusal(error) ? 'refused' : 'failed';
    }
  }

  /** Whether the agent has added time: asked once, shortly before the end, or after it by a page that slept. */
  async #ask(): Promise<boolean> {
    const { api, clock, life, who: known, step, isOver } = this.#lent;
    const who = known();
    if (who === null) return false;
    try {
      const asked = clock();
      const ttlMs =
        step() === 'passcode'
          ? await api.verdict(who, life, false).then((v) => ('ttlMs' in v ? v.ttlMs : 0))
          : (await api.open(who, life)).ttlMs;
      if (isOver() || ttlMs === 0) return false;
      this.set(ttlMs, asked);
      return true;
    } catch {
      // Then the end comes when it was due.
      return false;
    }
  }

  async #wake(): Promise<void> {
    this.waking.value = true;
    const late = new Promise<false>((resolve) => setTimeout(resolve, WAKE_MS, false));
    const goesOn = await Promise.race([this.#ask(), late]);
    if (!goesOn && this.countdown.seconds.value === null) this.#lent.end();
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'invalid';
}
