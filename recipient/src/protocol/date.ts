/**
 * `date`: one spelling, so that day and month cannot be mixed up (`docs/protocol.md` §3). Whatever control a person uses
 * to enter a date, it hands over `YYYY-MM-DD`.
 */

import { ValueError } from './errors.ts';
import { trimWhiteSpace } from './unicode.ts';

/**
 * `YYYY-MM-DD`, a real date of the Gregorian calendar, 1900–2200.
 * @throws {ValueError}
 */
export function canonicalDate(cleaned: string): string {
  const trimmed = trimWhiteSpace(cleaned);
  if (trimmed === '') throw new ValueError('empty');
  const parts = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/.exec(trimmed);
  if (parts === null) throw new ValueError('not_of_kind');
  const [year, month, day] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
  const real = year >= 1900 && year <= 2200 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month);
  if (!real) throw new ValueError('not_of_kind');
  return trimmed;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}
