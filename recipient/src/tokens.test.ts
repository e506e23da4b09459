/** The one token file (`ui/tokens.css`): dark is one set of values, and every text can be read on every ground it is put on. */

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const css = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8').replace(/\/\*[\s\S]*?\*\//g, '');
const tokens = css('../../ui/tokens.css');

function block(selector: string): Record<string, string> {
  const start = tokens.indexOf(`${selector} {`);
  const body = tokens.slice(start, tokens.indexOf('}', start));
  const pairs = Array.from(body.matchAll(/--([a-z0-9-]+):\s*([^;]+);/g), ([, name = '', value = '']) => [name, value]);
  return Object.fromEntries(pairs) as Record<string, string>;
}

const light = block(':root');
const dark = block(':root.dark');

function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = (hex.match(/[0-9a-f]{2}/g) ?? []).map((pair) => {
    const part = parseInt(pair, 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

it('has one set of dark values', () => {
  expect(block(':root:not(.light)')).toEqual(dark);
  expect(Object.keys(dark).filter((name) => !(name in light))).toEqual([]);
});

describe.each([
  ['light', light],
  ['dark', { ...light, ...dark }],
])('%s', (_, theme: Record<string, string>) => {
  const grounds = ['ground', 'surface', 'surface-2', 'accent-soft'];
  const texts = ['ink', 'ink-2', 'ink-3', 'accent', 'good', 'warn', 'bad'];
  const pairs = [
    ...texts.flatMap((text) => grounds.map((ground) => [text, ground])),
    ...['good', 'warn', 'bad'].flatMap((tone) => [
      [tone, `${tone}-soft`],
      ['ink', `${tone}-soft`],
      ['ink-2', `${tone}-soft`],
      [`${tone}-ink`, tone],
    ]),
    ['accent-ink', 'accent'],
  ];

  it.each(pairs)('%s on %s can be read', (text = '', ground = '') => {
    expect(contrast(theme[text] ?? '', theme[ground] ?? '')).toBeGreaterThanOrEqual(4.5);
  });

  it.each(['ground', 'surface'])('controls stand out on %s', (ground) => {
    for (const edge of ['line-3', 'accent', 'good', 'bad']) {
      expect(contrast(theme[edge] ?? '', theme[ground] ?? '')).toBeGreaterThanOrEqual(3);
    }
  });
});

it('is where the page takes every colour from, and sides follow the writing', () => {
  const style = css('./style.css');
  expect(style).not.toMatch(/#[0-9a-f]{3,8}\b|\b(rgb|hsl|oklch|color-mix)\(/i);
  expect(style).not.toMatch(/\b(margin|padding|border|inset)-(left|right|top|bottom)\b|\btext-align:\s*(left|right)/);
});
