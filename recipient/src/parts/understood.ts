/** What to say under a field about what was typed in it. */

import type { Entry } from '../fields.ts';
import { fault, reading } from '../text/format.ts';
import type { Catalogue } from '../text/index.ts';

export interface Description {
  readonly tone: 'good' | 'warn' | 'bad' | 'quiet';
  /** Empty when there is nothing to say. */
  readonly words: string;
}

export function describe({ field, typed, understood, judged }: Entry, text: Catalogue): Description {
  const now = understood.value;
  if (now.as === 'waiting') return { tone: 'quiet', words: typed.value === '' ? '' : text.field.waiting };
  if (now.as === 'fault') {
    return judged.value ? { tone: 'bad', words: fault(field, now.code, text) } : NOTHING;
  }
  const read = now.value.reading;
  if (read.as === 'phone' && !read.valid) {
    return { tone: 'warn', words: text.field.phoneInvalid(read.international) };
  }
  return { tone: 'good', words: reading(read, text) };
}

const NOTHING: Description = { tone: 'quiet', words: '' };
