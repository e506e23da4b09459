/**
 * The link's fragment, which carries the first field's value when *prefill* is on (`docs/protocol.md` §6). This module only
 * reads it; taking it out of the address bar is the page's first act, in `main.ts`.
 */

import { decodeBase64Url } from './base64url.ts';

/** The value as the agent typed it, from `#?v=…`; `null` when the fragment holds none that can be read. */
export function prefillFrom(fragment: string): string | null {
  const encoded = /^#\?v=([A-Za-z0-9_-]+)$/.exec(fragment)?.[1];
  if (encoded === undefined) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(decodeBase64Url(encoded));
  } catch {
    return null;
  }
}
