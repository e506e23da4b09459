/** The colours of cards and the high contrast theme can be read; the page's own pairs are held by the page's tests. */

import { readFileSync, readdirSync } from 'node:fs';
import { expect, test } from 'vitest';

const here = import.meta.dirname;
const strip = (path: string) => readFileSync(`${here}/${path}`, 'utf8').replace(/\/\*[\s\S]*?\*\//gu, '');
const tokens = strip('tokens.css');

function block(selector: string): ReadonlyMap<string, string> {
  const start = tokens.indexOf(`${selector} {`);
  const body = tokens.slice(start, tokens.indexOf('}', start));
  return new Map(Array.from(body.matchAll(/--([a-z0-9-]+):\s*([^;]+);/gu), ([, name = '', value = '']) => [name, value]));
}

function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = (hex.match(/[0-9a-f]{2}/gu) ?? []).map((pair) => {
    const part = parseInt(pair, 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(theme: ReadonlyMap<string, string>, a: string, b: string): number {
  const [low = 0, high = 0] = [luminance(theme.get(a) ?? ''), luminance(theme.get(b) ?? '')].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

const high = block(":root[data-theme='contrast']");
const themes: readonly (readonly [string, ReadonlyMap<string, string>, number])[] = [
  ['light', block(':root'), 4.5],
  ['dark', block(':root.dark'), 4.5],
  ['contrast', high, 7],
];

test.each(themes)('initials can be read on every card colour: %s', (_, theme, least) => {
  for (let tint = 0; tint < 8; tint += 1) {
    expect(contrast(theme, 'tint-ink', `tint-${tint}`)).toBeGreaterThanOrEqual(least);
    expect(new Set([...theme.entries()].filter(([name]) => /^tint-\d/u.test(name)).map(([, value]) => value)).size).toBe(8);
  }
});

test('high contrast is seven to one throughout', () => {
  for (const ground of ['ground', 'surface', 'surface-2', 'accent-soft', 'good-soft', 'warn-soft', 'bad-soft']) {
    for (const ink of ['ink', 'ink-2', 'ink-3']) expect(contrast(high, ink, ground)).toBeGreaterThanOrEqual(7);
  }
  for (const tone of ['accent', 'good', 'warn', 'bad']) {
    expect(contrast(high, tone, 'ground')).toBeGreaterThanOrEqual(7);
    expect(contrast(high, tone, `${tone}-soft`)).toBeGreaterThanOrEqual(7);
    expect(contrast(high, `${tone}-ink`, tone)).toBeGreaterThanOrEqual(7);
  }
});

test('styles name no colour of their own, and sides follow the writing', () => {
  for (const name of readdirSync(`${here}/src/style`)) {
    const style = strip(`src/style/${name}`);
    expect(style, name).not.toMatch(/#[0-9a-f]{3,8}\b|\b(rgb|hsl|oklch)\(/iu);
    expect(style, name).not.toMatch(/\b(margin|padding|border|inset)-(left|right|top|bottom)\b|\btext-align:\s*(left|right)|(?<![-\w])(left|right|top|bottom|width|height):/u);
  }
});
