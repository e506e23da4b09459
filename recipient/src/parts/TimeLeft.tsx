/** The countdown, and the way to ask for more time. Words carry it, not colour; the last minute is also spoken (`Announcer`). */

import type { Flow } from '../flow.ts';
import { minutes } from '../text/format.ts';
import { text } from '../text/index.ts';

export function TimeLeft({ flow }: { readonly flow: Flow }) {
  const t = text.value.time;
  const seconds = flow.countdown.seconds.value;
  const extension = flow.extension.value;
  if (seconds === null) return null;
  return (
    <div class="time">
      <p class="time-row">
        <span data-testid="time-left" class={seconds <= 30 ? 'warn-text' : ''}>
          {t.left(minutes(seconds))}
        </span>
        <button
          type="button"
          class="link"
          data-testid="more-time"
          aria-disabled={extension === 'asking'}
          onClick={() => void flow.moreTime()}
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
