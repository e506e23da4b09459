import { describe, expect, test } from 'vitest';
import { clock, country, linkParts, moment, readingText, roughly, secondsLeft, sessionName } from './format.ts';
import { plural } from './plural.ts';

describe('times', () => {
  test('a list counts minutes, and seconds in the last', () => {
    expect([300, 299, 241, 240, 61, 60, 9].map(roughly)).toEqual(['5m', '5m', '5m', '4m', '2m', '1:00', '0:09']);
  });

  test('a clock counts minutes and seconds', () => {
    expect([0, 7, 60, 119, 900].map(clock)).toEqual(['0:00', '0:07', '1:00', '1:59', '15:00']);
  });

  test('0:00 means over: a started second counts whole', () => {
    expect([0, 1, 999, 1000, 1001, -5].map(secondsLeft)).toEqual([0, 1, 1, 1, 2, 0]);
  });

  test('a moment is as short as today allows', () => {
    const now = Date.UTC(2026, 10, 23, 12, 0);
    expect(moment(Date.UTC(2026, 10, 23, 9, 5), now, 'UTC')).toBe('09:05');
    expect(moment(Date.UTC(2026, 10, 22, 9, 5), now, 'UTC')).toBe('22 Nov 09:05');
    expect(moment(Date.UTC(2025, 10, 22, 0, 5), now, 'UTC')).toBe('22 Nov 2025 00:05');
  });
});

describe('values as they were understood', () => {
  test('a phone number comes with its country', () => {
    expect(readingText({ as: 'phone', international: '+33 6 12 34 56 78', region: 'FR', valid: true })).toBe('France · +33 6 12 34 56 78');
    expect(readingText({ as: 'phone', international: '+800 1234 5678', region: null, valid: true })).toBe('+800 1234 5678');
  });

  test('an unknown region has no name', () => {
    expect(country('XX')).toBeNull();
    expect(country('not a region')).toBeNull();
  });

  test('a number says which of its marks was the decimal one', () => {
    expect(readingText({ as: 'number', canonical: '1234' })).toBe('1\u202f234 · a whole number');
    expect(readingText({ as: 'number', canonical: '1.234' })).toBe('1.234 · 1, then decimals 234');
    expect(readingText({ as: 'number', canonical: '-1234567.05' })).toBe('minus 1\u202f234\u202f567.05 · 1\u202f234\u202f567, then decimals 05');
  });

  test('a number longer than a float keeps every digit', () => {
    expect(readingText({ as: 'number', canonical: '12345678901234567890' })).toContain('12\u202f345\u202f678\u202f901\u202f234\u202f567\u202f890');
  });

  test('a date has its month in letters', () => {
    expect(readingText({ as: 'date', iso: '1990-03-06' })).toContain('6 March 1990');
  });

  test('what was not interpreted is not repeated', () => {
    expect(readingText({ as: 'as_typed' })).toBe('');
  });
});

describe('names', () => {
  test('a session without subject is called after its template', () => {
    expect(sessionName({ subject: '', template: { id: 'phone', name: 'Phone number' } })).toBe('Phone number');
    expect(sessionName({ subject: '', template: null })).toBe('From scratch');
    expect(sessionName({ subject: 'Ticket 1', template: null })).toBe('Ticket 1');
  });
});

describe('links', () => {
  test('are said without scheme and identifier, and shown shortened', () => {
    const parts = linkParts('https://verify.example/acme/3k9xf0c4mt7w2hz8v5nqa1d6q7');
    expect(parts).toEqual({ spoken: 'verify.example/acme', short: 'verify.example/acme/3k9x…q7' });
  });

  test('never show a fragment', () => {
    expect(linkParts('http://127.0.0.1:4000/demo/3k9xf0c4mt7w2hz8v5nqa1d6q7#?v=secret').short).not.toContain('secret');
  });
});

test('plurals follow the language', () => {
  const forms = { one: 'one', few: 'few', other: 'other' };
  expect([1, 2, 5].map((count) => plural('en', count, forms))).toEqual(['one', 'other', 'other']);
  expect([1, 2, 5].map((count) => plural('pl', count, forms))).toEqual(['one', 'few', 'other']);
});
