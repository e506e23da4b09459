/**
 * The catalogue in use. Components take their text from `text` and their locale from `locale`; both follow the language chosen,
 * so that whatever was drawn with them is drawn again when it changes. Never built from parts that would not translate.
 */

import { computed, signal } from '@preact/signals';
import type { Language } from '../bindings.ts';
import { en, locale as enLocale } from './en.ts';

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

export const catalogues: Partial<Readonly<Record<Spoken, Catalogue>>> = {
  en: { text: en, locale: enLocale, name: 'English' },
};

const english: Catalogue = { text: en, locale: enLocale, name: 'English' };

/** The language in use. */
export const spoken = signal<Spoken>('en');
const current = computed(() => catalogues[spoken.value] ?? english);

export const locale = computed(() => current.value.locale);
export const text: Text = new Proxy(en, { get: (_, name) => Reflect.get(current.value.text, name) as unknown });
