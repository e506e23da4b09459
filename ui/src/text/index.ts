/**
 * The catalogue in use. Components take their text from `text` and their locale from `locale`; both follow the language chosen,
 * so that whatever was drawn with them is drawn again when it changes. Never built from parts that would not translate.
 */

import { computed, signal } from '@preact/signals';
import type { Language } from '../bindings.ts';
import { ar, locale as arLocale } from './ar.ts';
import { de, locale as deLocale } from './de.ts';
import { en, locale as enLocale } from './en.ts';
import { es, locale as esLocale } from './es.ts';
import { fr, locale as frLocale } from './fr.ts';
import { pt, locale as ptLocale } from './pt.ts';

/** The shape of a catalogue. A language that lacks a sentence does not compile. */
export type Text = typeof en;
/** A language we have sentences in. */
export type Spoken = Exclude<Language, 'system'>;

interface Catalogue {
  readonly text: Text;
  readonly locale: string;
  /** What the language calls itself. */
  readonly name: string;
}

export const catalogues: Readonly<Record<Spoken, Catalogue>> = {
  en: { text: en, locale: enLocale, name: 'English' },
  fr: { text: fr, locale: frLocale, name: 'Français' },
  de: { text: de, locale: deLocale, name: 'Deutsch' },
  es: { text: es, locale: esLocale, name: 'Español' },
  pt: { text: pt, locale: ptLocale, name: 'Português' },
  ar: { text: ar, locale: arLocale, name: 'العربية' },
};

/** The language in use. */
export const spoken = signal<Spoken>('en');
const current = computed(() => catalogues[spoken.value]);

export const locale = computed(() => current.value.locale);
export const text: Text = new Proxy(en, { get: (_, name) => Reflect.get(current.value.text, name) as unknown });
