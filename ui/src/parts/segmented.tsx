/** One choice out of a few, side by side: native radio buttons, so that arrow keys and screen readers work as they should. */

import type { ComponentChildren, JSX } from 'preact';

export interface Segment<V> {
  readonly value: V;
  readonly label: string;
  readonly testid: string;
  readonly disabled?: boolean;
}

interface Props<V> {
  readonly legend: string;
  readonly name: string;
  readonly segments: readonly Segment<V>[];
  readonly chosen: V | null;
  readonly onChoose: (value: V) => void;
  /** A further cell at the end. */
  readonly children?: ComponentChildren;
}

export function Segmented<V extends string | number>(props: Props<V>): JSX.Element {
  const { legend, name, segments, chosen, onChoose, children } = props;
  return (
    <fieldset class="group">
      <legend class="label">{legend}</legend>
      <div class="segments">
        {segments.map(({ value, label, testid, disabled }) => (
          <label key={value} class="segment">
            <input
              type="radio"
              name={name}
              data-testid={testid}
              checked={chosen === value}
              disabled={disabled}
              onChange={() => {
                onChoose(value);
              }}
            />
            <span>{label}</span>
          </label>
        ))}
        {children}
      </div>
    </fieldset>
  );
}
