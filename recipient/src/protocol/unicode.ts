/**
 * What the kinds of field share when they read what a person typed (`docs/protocol.md` §3). "Characters" are Unicode
 * scalar values. The tables are the JavaScript engine's own.
 */

import { ValueError } from './errors.ts';

/** Longest value a person may type, in characters, before anything is dropped. */
export const MAX_VALUE_CHARACTERS = 128;

/**
 * What happens to every value first: its length is checked, characters nobody can see are dropped, and a control character
 * that remains is refused (a tab usually means that more than one thing was pasted).
 * @throws {ValueError}
 */
export function clean(typed: string): string {
  if (characters(typed) > MAX_VALUE_CHARACTERS) throw new ValueError('too_long');
  if (!isWellFormed(typed)) throw new ValueError('not_of_kind');
  const visible = typed.replace(/\p{Default_Ignorable_Code_Point}/gu, '');
  if (/\p{Cc}/u.test(visible)) throw new ValueError('control_character');
  return visible;
}

/** How many Unicode scalar values a text holds. */
export function characters(text: string): number {
  return Array.from(text).length;
}

/** Whether a text is free of lone surrogates and so has a UTF-8 form. */
export function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}

export function trimWhiteSpace(text: string): string {
  return text.replace(/^\p{White_Space}+|\p{White_Space}+$/gu, '');
}

/** The text with the decimal digits of every script as ASCII ones. */
export function asciiDigits(text: string): string {
  return text.replace(/\p{Nd}/gu, (digit) => (/[0-9]/.test(digit) ? digit : digitValue(digit)));
}

/** Unicode assigns decimal digits in runs of ten, ascending from zero: the distance to the run's start tells the value. */
function digitValue(digit: string): string {
  const code = digit.codePointAt(0) ?? 0;
  let start = code;
  while (/\p{Nd}/u.test(String.fromCodePoint(start - 1))) start -= 1;
  return String((code - start) % 10);
}
