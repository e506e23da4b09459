/** The catalogue in force. A signal, so that a page in another language is the same page. */

import { signal } from '@preact/signals';
import { type Catalogue, en } from './en.ts';

export const text = signal<Catalogue>(en);
export type { Catalogue };
