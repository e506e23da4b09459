/**
 * The one form a typed value is reduced to before anything is computed from it (`docs/protocol.md` §3). Two people type the
 * same value in two ways, `06 12 34 56 78` and `+33612345678`; both must become the same bytes, here and in Rust. A value
 * that cannot be read is refused; it is never guessed at.
 */

import { canonicalDate } from './date.ts';
import { ValueError } from './errors.ts';
import type { Kind } from './kinds.ts';
import { canonicalCode, canonicalEmail, canonicalText } from './letters.ts';
import { canonicalNumber } from './number.ts';
import { canonicalPhone, type PhoneReader } from './phone.ts';
import { clean } from './unicode.ts';

export { type Kind, KINDS } from './kinds.ts';

/** How a value was understood, for the person who typed it to check before it is used. It spells the value. */
export type Reading =
  | { readonly as: 'text' | 'email' | 'code' | 'number' | 'date'; readonly canonical: string }
  | {
      readonly as: 'phone';
      readonly international: string;
      readonly region: string | null;
      readonly valid: boolean;
    };

declare const read_: unique symbol;

/** A value that was read. Only {@link read} makes one. Secret: `text` goes into the transcript and nowhere else. */
export interface Canonical {
  readonly [read_]: true;
  readonly kind: Kind;
  readonly text: string;
  readonly reading: Reading;
}

/**
 * Reads what a person typed. `region` is the organization's and only matters for phones, as does `phones`: `null` while the
 * library is not there, in which case a phone number cannot be read at all.
 * @throws {ValueError}
 */
export function read(kind: Kind, region: string, typed: string, phones: PhoneReader | null): Canonical {
  const cleaned = clean(typed);
  if (kind !== 'phone') {
    const text = LETTERS_AND_DIGITS[kind](cleaned);
    return canonical(kind, text, { as: kind, canonical: text });
  }
  if (phones === null) throw new ValueError('not_of_kind');
  const { e164, ...shown } = canonicalPhone(cleaned, region, phones);
  return canonical(kind, e164, { as: 'phone', ...shown });
}

const LETTERS_AND_DIGITS: Record<Exclude<Kind, 'phone'>, (cleaned: string) => string> = {
  text: canonicalText,
  email: canonicalEmail,
  code: canonicalCode,
  number: canonicalNumber,
  date: canonicalDate,
};

function canonical(kind: Kind, text: string, reading: Reading): Canonical {
  return { kind, text, reading } as Canonical;
}
