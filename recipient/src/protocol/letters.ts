/**
 * `text`, `email` and `code`: the kinds that are letters (`docs/protocol.md` §3). Case mapping is Unicode's full one and
 * does not depend on the reader's language.
 */

import { ValueError } from './errors.ts';

/**
 * NFKC, lower case, NFKC again (lower-casing can undo it), white space folded and trimmed.
 * @throws {ValueError}
 */
export function canonicalText(cleaned: string): string {
  const folded = cleaned.normalize('NFKC').toLowerCase().normalize('NFKC');
  const text = folded.replace(/\p{White_Space}+/gu, ' ').replace(/^ | $/g, '');
  if (text === '') throw new ValueError('empty');
  return text;
}

/**
 * As text, without inner white space and with exactly one `@`. No more is asked: what a mail server accepts is its own
 * affair, and both sides hold the same address anyway.
 * @throws {ValueError}
 */
export function canonicalEmail(cleaned: string): string {
  const address = canonicalText(cleaned);
  if (!/^[^ @]*@[^ @]*$/.test(address)) throw new ValueError('not_of_kind');
  return address;
}

/**
 * NFKC, upper case, NFKC again, letters and numbers kept: dashes, dots and spaces in a reference are decoration.
 * @throws {ValueError}
 */
export function canonicalCode(cleaned: string): string {
  const folded = cleaned.normalize('NFKC').toUpperCase().normalize('NFKC');
  const code = folded.replace(/[^\p{L}\p{N}]/gu, '');
  if (code === '') throw new ValueError('empty');
  return code;
}
