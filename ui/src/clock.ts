/**
 * The local clock of countdowns: between two views, remaining times run down against `performance.now()`. Ticks only while
 * something on the screen counts, four times a second, so that a second is never late by more than a quarter.
 */

import { signal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import type { SessionView } from './bindings.ts';
import { receivedAt } from './state.ts';
import { secondsLeft } from './text/format.ts';

const TICK_MS = 250;

const now = signal(performance.now());
let users = 0;
let timer: ReturnType<typeof setInterval> | undefined;

/** Milliseconds on the local clock, re-read while the calling component is on the screen. */
export function useNow(): number {
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
  return now.value;
}

/** Seconds this session has left. */
export function useSecondsLeft(session: SessionView): number {
  const at = useNow();
  return secondsLeft(session.remaining_ms - Math.max(0, at - receivedAt.value));
}
