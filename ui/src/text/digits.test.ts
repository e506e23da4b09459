import { describe, expect, test } from 'vitest';
import { grouped, groups, spelled } from './digits.ts';

describe('digits for the eye and the ear', () => {
  test.each([
    ['4829', ['48', '29']],
    ['48291', ['482', '91']],
    ['482913', ['482', '913']],
    ['4829137', ['4829', '137']],
    ['48291370', ['4829', '1370']],
  ])('%s stands in two groups', (digits, expected) => {
    expect(groups(digits)).toEqual(expected);
  });

  test('are written with one space', () => {
    expect(grouped('482913')).toBe('482 913');
  });

  test('are spelled with a pause between the groups', () => {
    expect(spelled('482913')).toBe('four eight two — nine one three');
    expect(spelled('000007')).toBe('zero zero zero — zero zero seven');
  });
});
