/**
 * The local clock of countdowns: between two views, remaining times run down against `performance.now()`. It ticks only while
 * something on the screen counts, at the moment the next figure changes: once a second for one session, and never more than four
 * times, so that many that change at different moments are late by a quarter at most.
 */

import { computed, signal, type ReadonlySignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import type { SessionView } from './bindings.ts';
import { receivedAt } from './state.ts';
import { secondsLeft } from './text/format.ts';

const SECOND_MS = 1000;
const LEAST_MS = 250;

/** The moment figures changed last; 0 while nothing counts. */
const now = signal(0);
/** The ends of what counts on the screen. */
const ends = new Set<{ readonly at: number }>();
let timer: ReturnType<typeof setTimeout> | undefined;

/** Milliseconds from `moment` until a figure changes, of those that run towards `until`: `null` when none does any more. */
export function nextChange(moment: number, until: Iterable<number>): number | null {
  let next: number | null = null;
  for (const at of until) {
    const left = at - moment;
    if (left <= 0) continue;
    const change = left % SECOND_MS || SECOND_MS;
    if (next === null || change < next) next = change;
  }
  return next;
}

function arm(): void {
  clearTimeout(timer);
  timer = undefined;
  const next = nextChange(performance.now(), Array.from(ends, (end) => end.at));
  if (next !== null) timer = setTimeout(tick, Math.max(LEAST_MS, Math.ceil(next)));
}

function tick(): void {
  now.value = performance.now();
  arm();
}

/**
 * Seconds until this moment on the local clock, for as long as the calling component is on the screen. Shown as a signal they change
 * in the document without rendering the component.
 */
export function useSecondsUntil(until: number): ReadonlySignal<number> {
  useEffect(() => {
    const end = { at: until };
    ends.add(end);
    arm();
    return () => {
      ends.delete(end);
      if (ends.size === 0) now.value = 0;
      arm();
    };
  }, [until]);
  return useMemo(() => {
    const asked = performance.now(); // the last tick may be long ago
    return computed(() => secondsLeft(until - Math.max(asked, now.value)));
  }, [until]);
}

/** Seconds this session has left; as {@link useSecondsUntil}. */
export function useSecondsLeft(session: SessionView): ReadonlySignal<number> {
  return useSecondsUntil(receivedAt.value + session.remaining_ms);
}
