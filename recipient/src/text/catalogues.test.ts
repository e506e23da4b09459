/** Every language: nothing is left out of a sentence, nothing is left in English, and no word breaks the product's one rule. */

import { describe, expect, it } from 'vitest';
import { catalogue as ar } from './ar.ts';
import { catalogue as de } from './de.ts';
import { catalogue as en } from './en.ts';
import { catalogue as es } from './es.ts';
import { catalogue as fr } from './fr.ts';
import type { Catalogue, Forms } from './index.ts';
import { languageFor, LANGUAGES } from './languages.ts';
import { catalogue as pt } from './pt.ts';

const CATALOGUES: Record<string, Catalogue> = { en, fr, de, es, pt, ar };
const WORDS = ['«one»', '«two»'];

/** Every text by its path; of a function, what it makes of two words, and of a number's forms, each. */
function texts(node: unknown, path = ''): [string, string][] {
  if (typeof node === 'string') return [[path, node]];
  if (typeof node === 'function') return texts((node as (...words: string[]) => unknown)(...WORDS), path);
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, value]) => texts(value, `${path}.${key}`));
}

const forms = (node: unknown): Forms[] => {
  if (typeof node !== 'object' || node === null) return [];
  return 'other' in node && typeof node.other === 'string' ? [node as Forms] : Object.values(node).flatMap(forms);
};

it('is every language of the choice', () => {
  expect(Object.keys(CATALOGUES)).toEqual(Object.keys(LANGUAGES));
});

it('is chosen by the first of the reader’s languages that there is', () => {
  expect(languageFor(['pt-BR', 'en'])).toBe('pt');
  expect(languageFor(['nl-NL', 'de-CH', 'fr'])).toBe('de');
  expect(languageFor(['nl'])).toBe('en');
  expect(languageFor([])).toBe('en');
  expect(languageFor(['constructor', 'es'])).toBe('es');
});

describe.each(Object.entries(CATALOGUES))('%s', (language, catalogue) => {
  const all = texts(catalogue);

  it('says everything', () => {
    expect(all.filter(([path, words]) => words.trim() === '' && path !== '.time.extension.none')).toEqual([]);
    expect(() => new Intl.DateTimeFormat(catalogue.locale)).not.toThrow();
  });

  it('leaves no name out that the English has', () => {
    const named = (words: string) => WORDS.filter((word) => words.includes(word));
    const english = new Map(texts(en));
    const known = all.filter(([path]) => english.has(path));
    for (const [path, words] of known) expect([path, named(words)]).toEqual([path, named(english.get(path) ?? '')]);
  });

  it.skipIf(language === 'en')('is not English', () => {
    const english = new Map(texts(en).filter(([path]) => path !== '.direction' && path !== '.field.minus'));
    const same = all.filter(([path, words]) => /[a-z]{3}/.test(words.replace(/«\w+»/g, '')) && english.get(path) === words);
    expect(same).toEqual([]);
  });

  it('has the number in the plural', () => {
    expect(forms(catalogue).filter(({ other }) => !other.includes('#'))).toEqual([]);
  });

  it('calls the code a code', () => {
    const words = all.filter(([path]) => path !== '.page.footer').map(([, text]) => text);
    expect(words.join('\n')).not.toMatch(
      /\bOTP\b|one-time|passcode|\bPIN\b|password|mot de passe|Passwort|Kennwort|contraseña|senha|كلمة (مرور|سر)/i,
    );
  });

  it('has no straight apostrophe and no three dots', () => {
    expect(all.filter(([, words]) => /['"]|\.\.\./.test(words))).toEqual([]);
  });
});

it('keeps names from disturbing a sentence that runs from right to left', () => {
  const bare = texts(ar).filter(([, words]) => /(?<![\u2066\u2068])«one»/.test(words));
  // The country's name is in Arabic already.
  expect(bare.map(([path]) => path)).toEqual(['.field.phone']);
});
