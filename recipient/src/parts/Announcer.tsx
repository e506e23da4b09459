/**
 * The polite live region: what changes on the page without the reader having done anything is said here once. Steps are not:
 * their headings take the focus, and what was said at one is gone at the next. How a value is understood is said when the
 * typing pauses, not at every letter.
 */

import { useComputed, useSignal, useSignalEffect } from '@preact/signals';
import type { Entry } from '../fields.ts';
import type { Flow, Step } from '../flow.ts';
import { counted, named } from '../text/format.ts';
import { text } from '../text/index.ts';
import { describe } from './understood.ts';

const SPOKEN_SECONDS = [60, 30, 10];
const PAUSE_MS = 800;

export function Announcer({ flow }: { readonly flow: Flow }) {
  const said = useSignal<{ readonly at: Step; readonly words: string } | null>(null);
  const say = (words: string) => {
    if (words !== '') said.value = { at: flow.step.peek(), words };
  };
  // What was said at another step is gone from the page: it may spell the value.
  const words = said.value?.at === flow.step.value ? said.value.words : '';
  const seconds = useComputed(() => {
    const left = flow.time.countdown.seconds.value;
    return left !== null && SPOKEN_SECONDS.includes(left) ? left : null;
  });
  useSignalEffect(() => {
    const trouble = flow.trouble.value;
    const t = text.value.trouble;
    if (trouble !== null) say(flow.began.value === null ? t[trouble] : `${t[trouble]} ${t.safe}`);
  });
  useSignalEffect(() => {
    say(text.value.time.extension[flow.time.extension.value]);
  });
  useSignalEffect(() => {
    if (flow.began.value !== null && flow.step.value === 'ask') say(text.value.ask.opening);
  });
  useSignalEffect(() => {
    const name = named(flow.profile.value?.name);
    if (flow.reported.value && flow.step.value === 'stop') say(text.value.stop.reported(name));
  });
  useSignalEffect(() => {
    if (flow.slow.value) say(text.value.checking.slow(named(flow.offer.value?.orgName)));
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
      {words}
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
