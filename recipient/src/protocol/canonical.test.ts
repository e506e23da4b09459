/**
 * Canonical forms: our own cases, and the vectors that the Rust implementation is held to as well
 * (`crates/protocol/testdata/canonical.json`).
 */

import { describe, expect, it } from 'vitest';
import { type Kind, read } from './canonical.ts';
import { ValueError } from './errors.ts';
import { readPhone } from './phone-library.ts';
import { readVectors } from './testing/files.ts';

function outcome(kind: Kind, input: string, region = 'FR'): string {
  try {
    return read(kind, region, input, readPhone).text;
  } catch (error) {
    if (error instanceof ValueError) return `! ${error.code}`;
    throw error;
  }
}

const CASES: Record<Kind, readonly (readonly [input: string, expected: string])[]> = {
  text: [
    ['  Élodie\u00a0 Durand ', 'élodie durand'],
    ['E\u0301LODIE', 'élodie'],
    ['ΟΔΟΣ', 'οδος'],
    ['\u0130stanbul', 'i\u0307stanbul'],
    ['ﬁn', 'fin'],
    ['a\u200bb\u00adc\u202e', 'abc'],
    ['a\u2028b', 'a b'],
    ['', '! empty'],
    [' \u00a0', '! empty'],
    ['\u200b\u2060', '! empty'],
    ['a\tb', '! control_character'],
    ['\u0000', '! control_character'],
    ['\ud800', '! not_of_kind'],
    ['x'.repeat(128), 'x'.repeat(128)],
    ['\u{1f600}'.repeat(128), '\u{1f600}'.repeat(128)],
    ['x'.repeat(129), '! too_long'],
    ['\u200b'.repeat(129), '! too_long'],
    ['\t'.repeat(129), '! too_long'],
  ],
  email: [
    [' Dana@Acme.Example ', 'dana@acme.example'],
    ['a b@c', '! not_of_kind'],
    ['a@b@c', '! not_of_kind'],
    ['acme.example', '! not_of_kind'],
    ['  ', '! empty'],
  ],
  code: [
    ['ab-123 cd', 'AB123CD'],
    ['straße 5', 'STRASSE5'],
    ['№ 12', 'NO12'],
    ['٣/٤', '٣٤'],
    ['--', '! empty'],
    ['', '! empty'],
  ],
  number: [
    ['1.234,5', '1234.5'],
    ['1,234.5', '1234.5'],
    ['1 234,5', '1234.5'],
    ["1'234’567.50", '1234567.5'],
    ['1_000', '1000'],
    ['1.234', '1234'],
    ['1.234.567', '1234567'],
    ['1234.567', '1234.567'],
    ['12.34', '12.34'],
    ['0.500', '500'],
    ['.500', '0.5'],
    ['.5', '0.5'],
    ['5.', '5'],
    ['-0', '0'],
    ['-0,00', '0'],
    ['-007,10', '-7.1'],
    ['- 5', '-5'],
    ['١٢٣', '123'],
    ['𝟙𝟚', '12'],
    ['1.2,3.4', '! not_of_kind'],
    ['1,2,3.4', '123.4'],
    ['+5', '! not_of_kind'],
    ['\u22125', '! not_of_kind'],
    ['--5', '! not_of_kind'],
    ['5-', '! not_of_kind'],
    ['.', '! not_of_kind'],
    ['-', '! not_of_kind'],
    ['1e3', '! not_of_kind'],
    [' _ ', '! empty'],
  ],
  date: [
    [' 2024-02-29 ', '2024-02-29'],
    ['2000-02-29', '2000-02-29'],
    ['1900-01-01', '1900-01-01'],
    ['2200-12-31', '2200-12-31'],
    ['2023-02-29', '! not_of_kind'],
    ['2100-02-29', '! not_of_kind'],
    ['1899-12-31', '! not_of_kind'],
    ['2024-04-31', '! not_of_kind'],
    ['2024-13-01', '! not_of_kind'],
    ['2024-1-1', '! not_of_kind'],
    ['29/02/2024', '! not_of_kind'],
    ['٢٠٢٤-٠٢-٢٩', '! not_of_kind'],
    [' ', '! empty'],
  ],
  phone: [
    ['06 12 34 56 78', '+33612345678'],
    ['+33 (0)6-12.34/56 78', '+33612345678'],
    ['0033 6 12 34 56 78', '+33612345678'],
    ['+44 20 7946 0958', '+442079460958'],
    ['٠٦ ١٢ ٣٤ ٥٦ ٧٨', '+33612345678'],
    ['06\u201012\u201134\u201356\u221278', '+33612345678'],
    ['06 12 34 56 78 ext 5', '! not_of_kind'],
    ['06+12', '! not_of_kind'],
    ['++33612345678', '! not_of_kind'],
    ['1-800-FLOWERS', '! not_of_kind'],
    ['12', '! not_of_kind'],
    ['()', '! not_of_kind'],
    ['\u00a0', '! empty'],
  ],
};

describe.each(Object.keys(CASES) as Kind[])('%s', (kind) => {
  it.each(CASES[kind])('%j → %j', (input, expected) => {
    expect(outcome(kind, input)).toBe(expected);
  });
});

describe('phone', () => {
  it('takes the region as default, and does without one', () => {
    expect(outcome('phone', '020 7946 0958', 'GB')).toBe('+442079460958');
    expect(outcome('phone', '+33612345678', 'ZZ')).toBe('+33612345678');
    expect(outcome('phone', '0612345678', 'ZZ')).toBe('! not_of_kind');
  });

  it('tells how it was understood, and whether the number exists', () => {
    expect(read('phone', 'FR', '0612345678', readPhone).reading).toEqual({
      as: 'phone',
      international: '+33 6 12 34 56 78',
      region: 'FR',
      valid: true,
    });
    expect(read('phone', 'FR', '00 00 12 34 56 78', readPhone).reading).toMatchObject({ valid: false });
  });

  it('cannot be read before the library is there', () => {
    expect(() => read('phone', 'FR', '0612345678', null)).toThrow(ValueError);
  });
});

interface Vector {
  readonly kind: Kind;
  readonly region?: string;
  readonly input: string;
  readonly canonical?: string;
  readonly error?: string;
  readonly valid?: boolean;
  readonly note?: string;
}

const shared = readVectors('crates/protocol/testdata/canonical.json') as { cases: readonly Vector[] } | null;

describe.skipIf(shared === null)('the shared vectors (skipped while the file is absent)', () => {
  it.each(shared?.cases ?? [])('$kind $input', ({ kind, region, input, canonical, error, valid }) => {
    expect(outcome(kind, input, region)).toBe(canonical ?? `! ${error ?? ''}`);
    if (kind === 'phone' && error === undefined) {
      expect(read(kind, region ?? 'FR', input, readPhone).reading).toMatchObject({ valid: valid ?? true });
    }
  });
});
