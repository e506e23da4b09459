/**
 * Passcodes and session numbers as people read and say them: split in two groups, and spelled digit by digit. Keeps nothing.
 */

import { text } from './index.ts';

/** `482913` → `['482', '913']`; an odd digit goes to the first group. */
export function groups(digits: string): [string, string] {
  const middle = Math.ceil(digits.length / 2);
  return [digits.slice(0, middle), digits.slice(middle)];
}

/** `482913` → `482 913`. */
export function grouped(digits: string): string {
  return groups(digits).join(' ');
}

/** `482913` → `four eight two — nine one three`. */
export function spelled(digits: string): string {
  const words = (group: string) => Array.from(group, (digit) => text.digits[Number(digit)] ?? digit).join(' ');
  return groups(digits).map(words).join(text.digitPause);
}
