/**
 * The polite live region: what changes on the page without the reader having done anything is said here once. Steps are not:
 * their headings take the focus. How a value is understood is said when the typing pauses, not at every letter.
 */

import { useComputed, useSignal, useSignalEffect } from '@preact/signals';
import type { Entry } from '../fields.ts';
import type { Flow } from '../flow.ts';
import { counted } from '../text/format.ts';
import { text } from '../text/index.ts';
import { describe } from './understood.ts';

const SPOKEN_SECONDS = [60, 30, 10];
const PAUSE_MS = 800;

export function Announcer({ flow }: { readonly flow: Flow }) {
  const said = useSignal('');
  const say = (message: string) => {
    if (message !== '') said.value = message;
  };
  const seconds = useComputed(() => {
    const left = flow.countdown.seconds.value;
    return left !== null && SPOKEN_SECONDS.includes(left) ? left : null;
  });
  useSignalEffect(() => {
    const trouble = flow.trouble.value;
    say(trouble === null ? '' : text.value.trouble[trouble]);
  });
  useSignalEffect(() => {
    say(text.value.time.extension[flow.extension.value]);
  });
  useSignalEffect(() => {
    if (flow.slow.value) say(text.value.checking.slow(flow.offer.value?.orgName ?? ''));
  });
  useSignalEffect(() => {
    if (seconds.value !== null) say(spokenTime(seconds.value));
  });
  useSignalEffect(() => {
    const readings = flow.fields.value?.entries.map(spokenEntry).filter((words) => words !== '') ?? [];
    const timer = setTimeout(() => {
      say(readings.join('. '));
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
    };
  });
  return (
    <div role="status" class="unseen">
      {said.value}
    </div>
  );
}

function spokenTime(seconds: number): string {
  const t = text.value;
  return seconds === 60 ? t.time.minute : counted(seconds, t.time.seconds, t);
}

function spokenEntry(entry: Entry): string {
  return entry.typed.value === '' ? '' : describe(entry, text.value).words;
}
