/** Vector files for the tests, wherever the repository lies; `null` when a file is not there (yet). */

import { existsSync, readFileSync } from 'node:fs';

/** A file of the repository, by its path from the root; `../` leads beside it. */
export function readVectors(path: string): unknown {
  const url = new URL(`../../../../${path}`, import.meta.url);
  return existsSync(url) ? JSON.parse(readFileSync(url, 'utf8')) : null;
}

export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function unhex(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}
