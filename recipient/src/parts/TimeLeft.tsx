/** The countdown, and the way to ask for more time. Words carry it, not colour; the last minute is also spoken (`Announcer`). */

import type { Flow } from '../flow.ts';
import { minutes } from '../text/format.ts';
import { text } from '../text/index.ts';

export function TimeLeft({ flow }: { readonly flow: Flow }) {
  const t = text.value.time;
  const seconds = flow.time.countdown.seconds.value;
  const extension = flow.time.extension.value;
  if (seconds === null) return null;
  return (
    <div class="time">
      <p class="time-row">
        <span data-testid="time-left" translate={false} class={seconds <= 30 ? 'warn-text' : ''}>
          {t.left(minutes(seconds))}
        </span>
        <button
          type="button"
          class="link"
          data-testid="more-time"
          aria-disabled={extension === 'asking'}
          onClick={() => void flow.time.more()}
        >
          {t.more}
        </button>
      </p>
      <p class="quiet-text" data-testid="more-time-result">
        {t.extension[extension]}
      </p>
    </div>
  );
}
