/** How long a session is open: four presets, or seconds of one's own. Whether a duration is allowed is the engine's to say. */

import type { JSX } from 'preact';
import { chooseTtl, PRESETS, ttlBounds, ttlCustom, ttlPreset, typeTtl } from '../form.ts';
import { text } from '../text/index.ts';
import { Segmented } from './segmented.tsx';

export function Duration(): JSX.Element {
  const { min, max } = ttlBounds.value;
  const own = ttlCustom.value !== '';
  return (
    <Segmented
      legend={text.start.duration}
      name="ttl"
      segments={PRESETS.map((seconds) => ({
        value: seconds,
        label: text.start.minutes(seconds / 60),
        testid: `ttl-${seconds}`,
        disabled: seconds < min || seconds > max,
      }))}
      chosen={own ? null : ttlPreset.value}
      onChoose={chooseTtl}
    >
      <label class={own ? 'segment own chosen' : 'segment own'}>
        <input
          class="seconds"
          type="text"
          inputMode="numeric"
          data-testid="ttl-custom"
          aria-label={text.start.seconds}
          placeholder={text.start.secondsRange(min, max)}
          autocomplete="off"
          value={ttlCustom.value}
          onInput={(event) => {
            typeTtl(event.currentTarget.value.replace(/\D/gu, ''));
          }}
        />
        <span aria-hidden="true">{text.start.secondsUnit}</span>
      </label>
    </Segmented>
  );
}
