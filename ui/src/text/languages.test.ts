import { afterEach, describe, expect, test } from 'vitest';
import { clock, moment } from './format.ts';
import { catalogues, spoken, text } from './index.ts';
import type { Spoken } from './index.ts';
import { en } from './en.ts';

/** What may stand in another language as it does in English: names, signs, what is the same word there. */
const same: Partial<Record<Spoken, readonly string[]>> = {
  fr: ['settings.agent', 'settings.service', 'digits.6'],
  de: ['settings.organization', 'settings.themes.system', 'reading.minus'],
  es: [],
  pt: ['digits.0'],
};
const everywhere = ['product', 'start.minutes', 'start.secondsRange', 'start.secondsUnit', 'digitPause', 'history.nothing', 'settings.enrollExample', 'card.about', 'card.notes', 'announce.about', 'reading.phone', 'start.templateFields', 'card.messageParts', 'history.found'];

type Leaf = string | ((...args: never[]) => string);

function leaves(node: unknown, path = ''): [string, Leaf][] {
  if (typeof node === 'string' || typeof node === 'function') return [[path, node as Leaf]];
  return Object.entries(node as Record<string, unknown>).flatMap(([key, value]) => leaves(value, path === '' ? key : `${path}.${key}`));
}

function say(leaf: Leaf, n: number): string {
  if (typeof leaf === 'string') return leaf;
  const call = leaf as (...args: unknown[]) => string;
  try {
    return call(n, n, n, n);
  } catch {
    return call(['a', 'b']); // a list of names
  }
}

const english = new Map(leaves(en));
const others = (Object.keys(catalogues) as Spoken[]).filter((code) => code !== 'en');

afterEach(() => {
  spoken.value = 'en';
});

describe.each(others)('%s', (code) => {
  const spokenLeaves = leaves(catalogues[code].text);

  test('has every sentence and no other', () => {
    expect(spokenLeaves.map(([path]) => path).sort()).toEqual([...english.keys()].sort());
  });

  test('leaves nothing in English', () => {
    const allowed = [...everywhere, ...(same[code] ?? [])];
    const left = spokenLeaves.filter(([path, leaf]) => {
      const original = english.get(path);
      return original !== undefined && say(leaf, 7) === say(original, 7) && !allowed.some((each) => path === each || path.startsWith(`${each}.`));
    });
    expect(left.map(([path]) => path)).toEqual([]);
  });

  test('says something everywhere English does', () => {
    const silent = spokenLeaves.filter(([path, leaf]) => say(leaf, 7).trim() === '' && say(english.get(path) ?? '', 7).trim() !== '');
    expect(silent).toEqual([]);
  });

  test('counts as its language does', () => {
    const { text: of, locale } = catalogues[code];
    const rules = new Intl.PluralRules(locale);
    for (const counting of [of.live, of.history.found, of.history.exported, of.templates.exported, of.history.integrity.whole, of.settings.historyDays]) {
      const forms = new Map<string, Set<string>>();
      for (const n of [0, 1, 2, 3, 11, 100, 103]) {
        const form = counting(n).replace(/[\d.,\s\u202f\u00a0]+/gu, '#');
        const rule = rules.select(n);
        forms.set(rule, (forms.get(rule) ?? new Set()).add(form));
      }
      for (const [rule, said] of forms) expect(said.size, `${rule}: ${[...said].join(' | ')}`).toBe(1);
      expect(forms.get('one')).not.toEqual(forms.get('other'));
    }
  });

  test('is what screens then say', () => {
    spoken.value = code;
    expect(text.tabs.settings).toBe(catalogues[code].text.tabs.settings);
    expect(moment(Date.UTC(2025, 10, 22, 9, 5), Date.UTC(2026, 10, 22), 'UTC')).toContain('2025');
    expect(clock(61)).toBe('1:01');
  });
});
