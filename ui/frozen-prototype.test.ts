import { readFileSync } from 'node:fs';
import { createContext, runInContext } from 'node:vm';
import { expect, test } from 'vitest';
import { forFrozenPrototype } from './frozen-prototype.ts';

/** Runs the signals library as the window would: strict, with a frozen `Object.prototype`. */
function load(prepare: (code: string) => string): { readonly signal: (value: string) => object } {
  const code = readFileSync('node_modules/@preact/signals-core/dist/signals-core.js', 'utf8');
  const context = createContext({ exports: {} });
  runInContext('Object.freeze(Object.prototype)', context);
  return runInContext(`(() => { 'use strict'; ${prepare(code)}\n; return exports; })()`, context) as ReturnType<typeof load>;
}

test('without the plugin the signals library does not load in the window', () => {
  expect(() => load((code) => code)).toThrow('read only');
});

test('with it, it loads and its signals give their values', () => {
  expect(load(forFrozenPrototype).signal('works').valueOf()).toBe('works');
});

test('comparisons are left alone', () => {
  const code = 'if (A.prototype.toString === B.prototype.toString) {}';
  expect(forFrozenPrototype(code)).toBe(code);
});
