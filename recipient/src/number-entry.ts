/**
 * Entry without a link: the session number the recipient was told, at the organization's address (`docs/api.md`). Finding the
 * session changes nothing; its page asks the same question as the link would.
 */

import { signal } from '@preact/signals';
import { type Api, ApiError } from './api.ts';
import type { Profile } from './profile.ts';
import { type SessionId } from './protocol/ids.ts';
import { asciiDigits } from './protocol/unicode.ts';

export type EntryFault = 'bad' | 'unknown' | 'busy' | 'failed';

export const NUMBER_DIGITS = 6;
const MINUTE_MS = 60_000;

export class NumberEntry {
  readonly profile = signal<Profile | null>(null);
  /** There is no such organization, or it cannot be reached. */
  readonly missing = signal<'unknown' | 'failed' | null>(null);
  readonly typed = signal('');
  readonly fault = signal<EntryFault | null>(null);
  /** `busy`: after how many minutes another number may be tried. */
  readonly waitMinutes = signal(1);
  readonly asking = signal(false);
  readonly #api: Api;
  readonly #handle: string;
  readonly #life = new AbortController();

  constructor(api: Api, handle: string) {
    this.#api = api;
    this.#handle = handle;
  }

  async start(): Promise<void> {
    this.missing.value = null;
    try {
      this.profile.value = await this.#api.profile(this.#handle, this.#life.signal);
    } catch (error) {
      this.missing.value = isRefusal(error) ? 'unknown' : 'failed';
    }
  }

  /** The session's id, or `null` with {@link fault} set. */
  async find(): Promise<SessionId | null> {
    const number = asciiDigits(this.typed.value).replace(/[\p{White_Space}-]/gu, '');
    this.fault.value = /^[0-9]*$/.test(number) && number.length === NUMBER_DIGITS ? null : 'bad';
    if (this.fault.value !== null || this.asking.value) return null;
    this.asking.value = true;
    try {
      return await this.#api.sessionByNumber(this.#handle, number, this.#life.signal);
    } catch (error) {
      this.#explain(error);
      return null;
    } finally {
      this.asking.value = false;
    }
  }

  forget(): void {
    this.typed.value = '';
    this.fault.value = null;
  }

  #explain(error: unknown): void {
    const busy = error instanceof ApiError && error.code === 'busy';
    if (busy) this.waitMinutes.value = Math.max(1, Math.ceil(error.retryAfterMs / MINUTE_MS));
    if (busy) this.fault.value = 'busy';
    else this.fault.value = isRefusal(error) ? 'unknown' : 'failed';
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof ApiError && error.code === 'invalid';
}
