/** The catalogue in force. A signal, so that a page in another language is the same page. */

import { signal } from '@preact/signals';
import type { catalogue } from './en.ts';

export type Direction = 'ltr' | 'rtl';

/** A sentence for every form that the language's plural has; `#` stands for the number. */
export type Forms = Partial<Record<Intl.LDMLPluralRule, string>> & { readonly other: string };

export type Catalogue = typeof catalogue;

const inForce = signal<Catalogue | null>(null);

export const text = {
  /** There is one before anything is rendered. */
  get value(): Catalogue {
    if (inForce.value === null) throw new TypeError('no language was set');
    return inForce.value;
  },
};

export function speak(catalogue: Catalogue): void {
  inForce.value = catalogue;
}
