/**
 * The time a session has left, as a ring and as figures; said aloud at one minute, half a minute and ten seconds. Shows and says
 * only: that a session is over is the engine's word.
 */

import { computed } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { markPassed } from '../announcements.ts';
import { announce } from '../announcer.ts';
import type { SessionView } from '../bindings.ts';
import { useSecondsLeft } from '../clock.ts';
import { clock } from '../text/format.ts';
import { text } from '../text/index.ts';

const RADIUS = 66;
const LENGTH = 2 * Math.PI * RADIUS;

/** How near the end is: what the ring's colour says. */
export function urgency(seconds: number): 'calm' | 'soon' | 'last' {
  if (seconds <= 10) return 'last';
  return seconds <= 30 ? 'soon' : 'calm';
}

/** The part of the ring that is left, from 0 to 1. */
export function share(seconds: number, ttlSeconds: number): number {
  return ttlSeconds <= 0 ? 0 : Math.min(1, Math.max(0, seconds / ttlSeconds));
}

export function Countdown({ session }: { readonly session: SessionView }): JSX.Element {
  const seconds = useSecondsLeft(session);
  const said = useRef(seconds.peek());
  useEffect(
    () =>
      seconds.subscribe((left) => {
        const mark = markPassed(said.current, left);
        said.current = left;
        if (mark !== null) announce(text.announce.left(mark));
      }),
    [seconds],
  );
  const { ttl_secs: ttl } = session;
  // Bound to the document: a second that passes renders nothing and asks for no frame but the one that shows it.
  const shown = useMemo(
    () => ({
      tone: computed(() => `countdown ${urgency(seconds.value)}`),
      offset: computed(() => (LENGTH * (1 - share(seconds.value, ttl))).toFixed(2)),
      figures: computed(() => clock(seconds.value)),
    }),
    [seconds, ttl],
  );
  // A new text instead of another one in the old: WebKitGTK then paints once and is done, and does not keep watch for the screen's next
  // refresh, which costs a quarter of all that a session counting down takes (scripts/bench desktop).
  const figures = useRef<HTMLSpanElement>(null);
  useLayoutEffect(
    () =>
      shown.figures.subscribe((text) => {
        figures.current?.replaceChildren(text);
      }),
    [shown],
  );
  return (
    <div class={shown.tone} role="timer" aria-label={text.card.timeLeft} data-testid="countdown" data-seconds={seconds}>
      <svg viewBox="0 0 150 150" aria-hidden="true" focusable="false">
        <circle class="track" cx="75" cy="75" r={RADIUS} />
        <circle
          class="left"
          cx="75"
          cy="75"
          r={RADIUS}
          stroke-dasharray={LENGTH.toFixed(2)}
          stroke-dashoffset={shown.offset}
          transform="rotate(-90 75 75)"
        />
      </svg>
      <span ref={figures} class="figures" />
    </div>
  );
}
