/**
 * `phone`: telephone numbers by libphonenumber's rules, as E.164 (`docs/protocol.md` §3). Two libraries read these
 * numbers, one in Rust and one here. They agree on digits and a leading `+`; they do not on letters, extensions and odd
 * signs. So what reaches them is reduced to digits and a leading `+` first, and what cannot be reduced is refused.
 *
 * The library itself is handed in: it is large, and the page loads it only when a session asks for a phone number.
 */

import { ValueError } from './errors.ts';
import { asciiDigits, trimWhiteSpace } from './unicode.ts';

/** A number as a {@link PhoneReader} understood it. */
export interface PhoneNumber {
  /** E.164, e.g. `+33612345678`. */
  readonly e164: string;
  /** For people, e.g. `+33 6 12 34 56 78`. */
  readonly international: string;
  /** ISO 3166 alpha-2; absent where a number belongs to no one country. */
  readonly region: string | null;
  /** Whether the number exists in its country's plan. Others are accepted with a warning. */
  readonly valid: boolean;
}

/** Parses digits with an optional leading `+`; `null` when they are no number. `phone-library.ts` makes one. */
export type PhoneReader = (dialable: string, region: string) => PhoneNumber | null;

/** @throws {ValueError} */
export function canonicalPhone(cleaned: string, region: string, parse: PhoneReader): PhoneNumber {
  const number = parse(dialable(cleaned), region);
  if (number === null || !/^\+[0-9]{8,15}$/.test(number.e164)) throw new ValueError('not_of_kind');
  return number;
}

/** Digits, with `+` in front if it was there. */
function dialable(cleaned: string): string {
  const plain = asciiDigits(cleaned);
  if (trimWhiteSpace(plain) === '') throw new ValueError('empty');
  // White space and ( ) - . / ‐ ‑ – − are how people space a number; everything else is not part of one.
  const bare = plain.replace(/[\p{White_Space}()\-./\u2010\u2011\u2013\u2212]/gu, '');
  if (!/^\+?[0-9]*$/.test(bare)) throw new ValueError('not_of_kind');
  return bare;
}
