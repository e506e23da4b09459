/**
 * What a screen reader is told, politely, one sentence after another. Never a value, never a passcode: those are read where they
 * stand.
 */

import { signal } from '@preact/signals';

/** The sentence in the live region, with a number so that the same words twice are two announcements. */
export const announcement = signal({ sentence: '', count: 0 });

/** Says a sentence. Several in one turn are joined, since a live region says only what it holds last. */
export function announce(sentence: string): void {
  const { sentence: last, count } = announcement.peek();
  if (joining) {
    announcement.value = { sentence: `${last} ${sentence}`, count };
    return;
  }
  joining = true;
  queueMicrotask(() => {
    joining = false;
  });
  announcement.value = { sentence, count: count + 1 };
}

let joining = false;
