/** Sessions a day by outcome, as bars on each other; in words for those who hear it. The engine counts. */

import type { JSX } from 'preact';
import type { HistoryDay, HistorySummary } from '../bindings.ts';
import { clock, dayText } from '../text/format.ts';
import { text } from '../text/index.ts';

const HEIGHT = 40;
const STEP = 10;
const kinds = ['matched', 'failed', 'unfinished'] as const;

interface Bar {
  readonly kind: (typeof kinds)[number];
  readonly x: number;
  readonly y: number;
  readonly height: number;
}

/** The bars, from the ground up: matched lowest. */
export function bars(days: readonly HistoryDay[]): readonly Bar[] {
  const most = Math.max(1, ...days.map(({ matched, failed, unfinished }) => matched + failed + unfinished));
  return days.flatMap((day, index) => {
    let ground = HEIGHT;
    return kinds.flatMap((kind) => {
      const height = (day[kind] / most) * HEIGHT;
      ground -= height;
      return height === 0 ? [] : [{ kind, x: index * STEP, y: ground, height }];
    });
  });
}

export function HistoryChart({ summary }: { readonly summary: HistorySummary }): JSX.Element {
  const { count, days, median_secs } = summary;
  return (
    <div class="chart-row">
      <p class="found" role="status">
        <b data-testid="history-count" data-count={count}>
          {text.history.found(count)}
        </b>
        {median_secs !== null && (
          <span data-testid="history-median" data-seconds={median_secs}>
            {text.history.median(clock(Math.round(median_secs)))}
          </span>
        )}
      </p>
      {days.length > 1 && (
        <figure class="chart" data-testid="history-chart">
          <svg viewBox={`0 0 ${Math.max(days.length, 7) * STEP} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true" focusable="false">
            {bars(days).map(({ kind, x, y, height }) => (
              <rect key={`${x} ${kind}`} class={kind} x={x + 1} y={y} width={STEP - 2} height={height} />
            ))}
          </svg>
          <figcaption class="heard">
            {text.history.chart}
            <ul>
              {days.map(({ day, matched, failed, unfinished }) => (
                <li key={day}>{text.history.chartDay(dayText(day), matched, failed, unfinished)}</li>
              ))}
            </ul>
          </figcaption>
          <p class="legend" aria-hidden="true">
            {kinds.map((kind) => (
              <span key={kind} class={kind}>
                {text.history.legend[kind]}
              </span>
            ))}
          </p>
        </figure>
      )}
    </div>
  );
}
