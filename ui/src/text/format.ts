/**
 * How times, durations, countries, values as understood and sessions' names are written. Pure: the same in gives the same out.
 */

import type { ReadingView, SessionView } from '../bindings.ts';
import { locale, text } from './index.ts';

/** A number of seconds as `m:ss`. */
export function clock(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/**
 * A number of seconds in a list of several: whole minutes, rounded up, and a clock in the last. What changes every second beside
 * the countdown would have the whole window painted each time, and be read out with the list.
 */
export function roughly(seconds: number): string {
  if (seconds <= 60) return clock(seconds);
  return new Intl.NumberFormat(locale.value, { style: 'unit', unit: 'minute', unitDisplay: 'narrow' }).format(Math.ceil(seconds / 60));
}

/** Seconds to show for a remaining time: rounded up, so that 0:00 means over. */
export function secondsLeft(remainingMs: number): number {
  return Math.max(0, Math.ceil(remainingMs / 1000));
}

/** The country's name, or `null` where there is none. */
export function country(region: string | null): string | null {
  if (region === null) return null;
  try {
    return new Intl.DisplayNames(locale.value, { type: 'region', fallback: 'none' }).of(region) ?? null;
  } catch {
    return null; // not a region's code
  }
}

/** How a value was understood, in a form that cannot be misread; empty where nothing was interpreted. */
export function readingText(reading: ReadingView): string {
  switch (reading.as) {
    case 'as_typed':
      return '';
    case 'phone':
      return text.reading.phone(country(reading.region), reading.international);
    case 'number':
      return numberText(reading.canonical);
    case 'date':
      return dateText(reading.iso);
  }
}

/** `-1234.5` → `minus 1 234.5 · 1 234, then decimals 5`: which mark was the decimal one is spelled out. */
function numberText(canonical: string): string {
  const [whole = '', decimals] = canonical.replace('-', '').split('.');
  const spaced = whole.replace(/\B(?=(?:\d{3})+$)/g, '\u202f');
  const said = decimals === undefined ? text.reading.whole(spaced) : text.reading.fraction(spaced, decimals);
  return canonical.startsWith('-') ? text.reading.minus(said) : said;
}

/** A date with its month in letters. */
function dateText(iso: string): string {
  const date = new Date(`${iso}T00:00:00Z`);
  if (Number.isNaN(date.getTime())) return iso;
  const parts: Intl.DateTimeFormatOptions = { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' };
  return new Intl.DateTimeFormat(locale.value, parts).format(date);
}

/** When a session was created, as short as today allows. */
export function moment(at: number, now: number, timeZone?: string): string {
  const zone = timeZone === undefined ? {} : { timeZone };
  const same = (options: Intl.DateTimeFormatOptions) => {
    const format = new Intl.DateTimeFormat('en', { ...options, ...zone });
    return format.format(at) === format.format(now);
  };
  const time = new Intl.DateTimeFormat(locale.value, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', ...zone }).format(at);
  if (same({ year: 'numeric', month: 'numeric', day: 'numeric' })) return time;
  const sameYear = same({ year: 'numeric' });
  const date = new Intl.DateTimeFormat(locale.value, { day: 'numeric', month: 'short', ...(sameYear ? {} : { year: 'numeric' }), ...zone });
  return `${date.format(at)} ${time}`;
}

/** A moment in full. */
export function fullMoment(at: number): string {
  return new Intl.DateTimeFormat(locale.value, { dateStyle: 'medium', timeStyle: 'medium' }).format(at);
}

/** An ISO day, short, with its month in letters. */
export function dayText(day: string): string {
  const date = new Date(`${day}T00:00:00Z`);
  return Number.isNaN(date.getTime()) ? day : new Intl.DateTimeFormat(locale.value, { day: 'numeric', month: 'long', timeZone: 'UTC' }).format(date);
}

/** What a session is called where its subject is empty: its template. */
export function sessionName(session: Pick<SessionView, 'subject' | 'template'>): string {
  return session.subject !== '' ? session.subject : (session.template?.name ?? text.card.scratch);
}

/** A link's parts for the eye and the ear: where it leads, without the scheme, and the shortened whole. */
export function linkParts(url: string): { readonly spoken: string; readonly short: string } {
  const [address = ''] = url.replace(/^https?:\/\//u, '').split('#');
  const slash = address.lastIndexOf('/');
  const spoken = address.slice(0, slash);
  const id = address.slice(slash + 1);
  return { spoken, short: id.length > 10 ? `${spoken}/${id.slice(0, 4)}…${id.slice(-2)}` : address };
}
