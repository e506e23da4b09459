/**
 * How numbers, dates, countries and codes are spelled for a reader of the catalogue's language. Formats only; decides nothing.
 */

import type { Reading } from '../protocol/canonical.ts';
import type { ValueErrorCode } from '../protocol/errors.ts';
import type { Field } from '../protocol/offer.ts';
import type { Catalogue, Forms } from './index.ts';

/** Marks that turn the direction of what follows: in a name they could rewrite the sentence it stands in. */
const TURNING = /[\u202a-\u202e\u2066-\u2069]/g;
/** What may be written from right to left: from Hebrew to the Arabic presentation forms, and the old scripts. */
const RIGHT_TO_LEFT = /[\u0590-\u08ff\u200f\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/**
 * What the other side calls itself, as it may stand in a sentence of ours: it neither turns the words around it nor is turned by
 * them. Empty when absent. Shown alone, in an element of its own, it needs none of this.
 */
export function named(name: string | undefined): string {
  const plain = (name ?? '').replace(TURNING, '');
  return RIGHT_TO_LEFT.test(plain) ? `\u2068${plain}\u2069` : plain;
}

/** The sentence whose form goes with the number, by the rules of the language. */
export function counted(number: number, forms: Forms, { locale }: Catalogue): string {
  const form = forms[new Intl.PluralRules(locale).select(number)] ?? forms.other;
  return form.replace('#', new Intl.NumberFormat(locale).format(number));
}

/** `1:31`, `0:07`. */
export function minutes(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** A code in two groups, for the eye: `739 204`. Four digits stay together. */
export function grouped(code: string): string {
  return groupedInto(code, code.length);
}

/** The same for a code of `length` digits of which only the first are there. */
export function groupedInto(code: string, length: number): string {
  const half = Math.ceil(length / 2);
  return length < 5 || code.length <= half ? code : `${code.slice(0, half)} ${code.slice(half)}`;
}

/** The same for the ear: digit by digit, with a pause. */
export function spoken(code: string): string {
  return grouped(code)
    .split(' ')
    .map((group) => Array.from(group).join(' '))
    .join(', ');
}

/** The country's name; the code where the browser does not know it. */
export function country(region: string | null, { locale }: Catalogue): string {
  if (region === null || region === '') return '';
  try {
    return new Intl.DisplayNames([locale], { type: 'region' }).of(region) ?? region;
  } catch {
    return region;
  }
}

/** `3 November 2026` from an RFC 3339 date-time or a date; empty if it is neither. */
export function day(rfc3339: string, { locale }: Catalogue): string {
  const date = new Date(rfc3339);
  if (Number.isNaN(date.getTime())) return '';
  return new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' }).format(date);
}

/** `24 November 2026 at 10:42`, in the reader's own time zone. */
export function moment(date: Date, { locale }: Catalogue): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeStyle: 'short' }).format(date);
}

/** The months' names, January first. */
export function months({ locale }: Catalogue): readonly string[] {
  const format = new Intl.DateTimeFormat(locale, { month: 'long', timeZone: 'UTC' });
  return Array.from({ length: 12 }, (_, month) => format.format(new Date(Date.UTC(2000, month, 1))));
}

/** How a value was understood; empty where nothing was interpreted that a reader should look at. */
export function reading(read: Reading, text: Catalogue): string {
  switch (read.as) {
    case 'phone':
      return text.field.phone(country(read.region, text), read.international);
    case 'number':
      return spelledNumber(read.canonical, text);
    case 'date':
      return day(read.canonical, text);
    case 'code':
      return read.canonical;
    case 'text':
    case 'email':
      return '';
  }
}

/** `minus 1 234 point 5`: grouping and decimal mark cannot be taken for each other. */
function spelledNumber(canonical: string, text: Catalogue): string {
  const [integer = '', fraction = ''] = canonical.replace('-', '').split('.');
  const spaced = integer.replace(/\B(?=(?:[0-9]{3})+$)/g, '\u202f');
  const magnitude = fraction === '' ? spaced : text.field.point(spaced, fraction);
  return canonical.startsWith('-') ? text.field.minus(magnitude) : magnitude;
}

/** What would be accepted, said to whoever typed something else (`docs/protocol.md` §3). */
export function fault({ kind }: Field, code: ValueErrorCode, { field }: Catalogue): string {
  switch (code) {
    case 'empty':
      return field.empty[kind];
    case 'too_long':
      return field.tooLong;
    case 'control_character':
      return field.controlCharacter;
    case 'not_of_kind':
      return field.accepted[kind];
  }
}
