/**
 * Repeats a call until it gets through. On a bad network an answer may be lost after the service has acted on the request; the
 * same bytes again get the same result (`docs/protocol.md` §5), so trying again never burns the link. What the service refuses
 * is not repeated.
 */

import { signal } from '@preact/signals';
import { ApiError } from './api.ts';

/** What stands in the way at the moment. */
export type Trouble = 'network' | 'busy' | 'server';

const DELAYS_MS = [500, 1000, 2000, 4000];
const LONGEST_DELAY_MS = 5000;
/** A service that asks for more patience than this has it asked again all the same: sessions are short. */
const LONGEST_RETRY_AFTER_MS = 15_000;

/** The page gave up waiting: the session is over or the page is being left. Nobody's fault. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}

export class Persistence {
  /** For the page to show; `null` while calls get through. */
  readonly trouble = signal<Trouble | null>(null);
  readonly #life: AbortSignal;
  #wake: () => void = () => undefined;

  /** @param life ends every repetition. */
  constructor(life: AbortSignal) {
    this.#life = life;
  }

  /**
   * @throws {ApiError} `invalid`, `malformed`
   * @throws {Stopped}
   */
  async run<T>(call: (attempt: number) => Promise<T>): Promise<T> {
    for (let attempt = 0; ; attempt += 1) {
      if (this.#life.aborted) {
        this.trouble.value = null;
        throw new Stopped();
      }
      try {
        const result = await call(attempt);
        this.trouble.value = null;
        return result;
      } catch (error) {
        if (!(error instanceof ApiError) || error.code === 'invalid' || error.code === 'malformed') {
          // It is an answer, and nothing is being waited for any more.
          this.trouble.value = null;
          throw error;
        }
        this.trouble.value = error.code;
        const delay = DELAYS_MS[attempt] ?? LONGEST_DELAY_MS;
        await this.#pause(Math.max(delay, Math.min(error.retryAfterMs, LONGEST_RETRY_AFTER_MS)));
      }
    }
  }

  /** Tries again at once: the reader asked for it, or the network is back. */
  retryNow(): void {
    this.#wake();
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#life.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#life.addEventListener('abort', done);
      this.#wake = done;
    });
  }
}
