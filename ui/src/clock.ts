/**
 * The local clock of countdowns: between two views, remaining times run down against `performance.now()`. Ticks only while
 * something on the screen counts, four times a second, so that a second is never late by more than a quarter.
 */

import { signal, useComputed } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import type { SessionView } from './bindings.ts';
import { receivedAt } from './state.ts';
import { secondsLeft } from './text/format.ts';

const TICK_MS = 250;

const now = signal(performance.now());
let users = 0;
let timer: ReturnType<typeof setInterval> | undefined;

/** Keeps the clock running while the calling component is on the screen, without rendering it anew. */
function useTicks(): void {
  useMemo(() => {
    if (timer === undefined) now.value = performance.now(); // it stood still while nothing counted
  }, []);
  useEffect(() => {
    users += 1;
    timer ??= setInterval(() => {
      now.value = performance.now();
    }, TICK_MS);
    return () => {
      users -= 1;
      if (users > 0) return;
      clearInterval(timer);
      timer = undefined;
    };
  }, []);
}

/** Seconds until this moment on the local clock. Renders the calling component when they change, not with every tick. */
export function useSecondsUntil(until: number): number {
  useTicks();
  return useComputed(() => secondsLeft(until - now.value)).value;
}

/** Seconds this session has left; as {@link useSecondsUntil}. */
export function useSecondsLeft(session: SessionView): number {
  useTicks();
  // Both come with each view, the moment of receipt as a signal.
  const { remaining_ms: remaining } = session;
  return useComputed(() => secondsLeft(remaining - Math.max(0, now.value - receivedAt.value))).value;
}
