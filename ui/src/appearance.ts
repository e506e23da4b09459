/** Makes the document follow the preferences: its colours, its language, the direction it is written in. */

import { effect } from '@preact/signals';
import type { Language, Theme } from './bindings.ts';
import { view } from './state.ts';
import { catalogues, spoken } from './text/index.ts';
import type { Spoken } from './text/index.ts';

const rightToLeft: readonly Spoken[] = ['ar'];

/** The language to speak: the engine's word; until it has come, the first of the system's that we have sentences in. */
export function resolveLanguage(said: Language, system: readonly string[]): Spoken {
  if (said !== 'system') return said;
  for (const tag of system) {
    const [code = ''] = tag.toLowerCase().split('-');
    const found = (Object.keys(catalogues) as Spoken[]).find((each) => each === code);
    if (found !== undefined) return found;
  }
  return 'en';
}

function dress(root: HTMLElement, theme: Theme): void {
  root.classList.toggle('dark', theme === 'dark' || theme === 'contrast');
  root.classList.toggle('light', theme === 'light');
  if (theme === 'system') delete root.dataset['theme'];
  else root.dataset['theme'] = theme;
}

function address(root: HTMLElement, language: Spoken): void {
  spoken.value = language;
  root.lang = language;
  root.dir = rightToLeft.includes(language) ? 'rtl' : 'ltr';
}

/** Follows the preferences until the returned function is called. */
export function followPreferences(): () => void {
  return effect(() => {
    const { language, preferences } = view.value;
    dress(document.documentElement, preferences.theme);
    address(document.documentElement, resolveLanguage(language, navigator.languages));
  });
}
