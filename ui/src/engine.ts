/**
 * Asks the engine for something and turns a rejection into a value. Never decides what may be asked: the engine refuses.
 */

import type { Refused } from './bindings.ts';

export type Answer<T> = { readonly value: T; readonly refused: null } | { readonly value: null; readonly refused: Refused };

/** Waits for a command. Whatever it rejects with comes back as a `Refused`. */
export async function ask<T>(command: Promise<T>): Promise<Answer<T>> {
  try {
    return { value: await command, refused: null };
  } catch (error) {
    return { value: null, refused: isRefused(error) ? error : { code: 'internal', message: '', field: null } };
  }
}

function isRefused(error: unknown): error is Refused {
  return typeof error === 'object' && error !== null && 'code' in error && 'message' in error && 'field' in error;
}
