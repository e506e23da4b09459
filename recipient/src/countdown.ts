/**
 * How much time a session has left: counted down from what the service said (`ttl_ms`), on the page's own clock
 * (`docs/protocol.md` §5). It decides nothing; it tells when the end is near and when it is there.
 */

import { computed, signal } from '@preact/signals';
import type { Clock } from './clock.ts';

const TICK_MS = 250;
/** The agent may have added time without this page knowing: shortly before the end there is time to ask. */
const NEAR_MS = 3000;

export interface CountdownEvents {
  /** Once per deadline, shortly before it. */
  readonly near: () => void;
  /** Once it is past; whether `near` was told before. A page that slept past its end has not been told. */
  readonly end: (told: boolean) => void;
}

export class Countdown {
  /** `null` before the service has said anything. */
  readonly #leftMs = signal<number | null>(null);
  /** Seconds left, rounded up, for the page to show. */
  readonly seconds = computed(() => {
    const left = this.#leftMs.value;
    return left === null ? null : Math.ceil(left / 1000);
  });
  readonly #clock: Clock;
  readonly #events: CountdownEvents;
  #deadline = 0;
  #nearTold = false;
  #timer: ReturnType<typeof setInterval> | null = null;

  constructor(clock: Clock, events: CountdownEvents) {
    this.#clock = clock;
    this.#events = events;
  }

  /**
   * Sets the end to `ttlMs` from `since`: from when the service was asked, so that a slow answer makes nothing later than the
   * service has it. Without it, where the call itself waited, from now. Says by how many milliseconds that moved it.
   */
  set(ttlMs: number, since = this.#clock()): number {
    const deadline = since + ttlMs;
    const moved = deadline - this.#deadline;
    this.#deadline = deadline;
    this.#nearTold = ttlMs <= NEAR_MS;
    this.#timer ??= setInterval(() => {
      this.tick();
    }, TICK_MS);
    this.tick();
    return moved;
  }

  /** Looks at the clock now; a page that was in the background does so before it is seen. */
  tick(): void {
    if (this.#timer === null) return;
    const left = Math.max(0, this.#deadline - this.#clock());
    this.#leftMs.value = left;
    if (left === 0) {
      const told = this.#nearTold;
      this.stop();
      this.#events.end(told);
    } else if (left <= NEAR_MS && !this.#nearTold) {
      this.#nearTold = true;
      this.#events.near();
    }
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.#leftMs.value = null;
  }
}
