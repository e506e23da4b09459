import { expect, it } from 'vitest';
import { read } from '../protocol/canonical.ts';
import { readPhone } from '../protocol/phone-library.ts';
import { catalogue as ar } from './ar.ts';
import { catalogue as de } from './de.ts';
import { catalogue as en } from './en.ts';
import { counted, country, day, grouped, groupedInto, minutes, months, named, reading, spoken } from './format.ts';

it('spells time left', () => {
  expect([0, 7, 91, 600].map(minutes)).toEqual(['0:00', '0:07', '1:31', '10:00']);
});

it('groups codes for the eye and the ear', () => {
  expect(['7392', '73920', '739204', '7392041', '73920415'].map(grouped)).toEqual([
    '7392',
    '739 20',
    '739 204',
    '7392 041',
    '7392 0415',
  ]);
  expect(spoken('739204')).toBe('7 3 9, 2 0 4');
});

it('keeps what the other side calls itself from turning the sentence it stands in', () => {
  expect([undefined, '', 'Acme Bank', 'ÅÇ 株式会社'].map(named)).toEqual(['', '', 'Acme Bank', 'ÅÇ 株式会社']);
  expect(named('בנק אקמי')).toBe('\u2068בנק אקמי\u2069');
  expect(named('مصرف')).toBe('\u2068مصرف\u2069');
  // A mark alone writes from right to left too, and one that closes the isolate would let the rest out of it.
  expect(named('Acme\u200f')).toBe('\u2068Acme\u200f\u2069');
  expect(named('Acme\u202e knaB\u2069 \u2067x')).toBe('Acme knaB x');
});

it('spells dates, months and countries', () => {
  expect(day('2026-11-03T09:00:00Z', en)).toBe('3 November 2026');
  expect(day('soon', en)).toBe('');
  expect(months(en)[2]).toBe('March');
  expect([country('FR', en), country(null, en), country('??', en)]).toEqual(['France', '', '??']);
});

it('spells how a value was understood', () => {
  const spell = (...[kind, input]: [Parameters<typeof read>[0], string]) =>
    reading(read(kind, 'FR', input, readPhone).reading, en);
  expect(spell('phone', '0612345678')).toBe('France · +33 6 12 34 56 78');
  expect(spell('number', '-1.234.567,50')).toBe('minus 1\u202f234\u202f567 point 5');
  expect(spell('number', '1.234')).toBe('1\u202f234');
  expect(spell('date', '1987-03-04')).toBe('4 March 1987');
  expect(spell('code', 'kl-229')).toBe('KL229');
  expect(spell('text', 'x')).toBe('');
});

it('groups a code while it is typed', () => {
  expect(['7', '739', '7392', '739204'].map((typed) => groupedInto(typed, 6))).toEqual(['7', '739', '739 2', '739 204']);
  expect(groupedInto('7392', 4)).toBe('7392');
});

it('has the form of a sentence that goes with the number', () => {
  const seconds = [1, 2, 5, 30].map((number) => counted(number, ar.time.seconds, ar));
  expect(seconds).toEqual(['بقيت ثانية واحدة.', 'بقيت ثانيتان.', 'بقيت 5 ثوانٍ.', 'بقيت 30 ثانية.']);
  expect(counted(1, de.entry.busy, de)).toContain('eine Minute');
  expect(counted(12, de.entry.busy, de)).toContain('12 Minuten');
});
