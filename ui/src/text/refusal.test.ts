import { expect, test } from 'vitest';
import { en } from './en.ts';
import { refusalText } from './refusal.ts';

test('a refusal is told by its code, not by the engine’s sentence', () => {
  expect(refusalText({ code: 'offline', message: 'tcp connect error 111', field: null })).toBe(en.refused.offline);
});

test('a value of the wrong kind is told by its kind', () => {
  expect(refusalText({ code: 'value_not_of_kind', message: '', field: 0 }, 'phone')).toContain('phone number');
});

test('a bound that was passed is told by the engine, which knows it', () => {
  expect(refusalText({ code: 'out_of_bounds', message: 'A field name has at most 60 characters.', field: 1 })).toContain('60');
});
