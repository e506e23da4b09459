/** A thing that is on or off, with the sentence that says what on costs. */

import type { JSX } from 'preact';

interface Props {
  readonly id: string;
  readonly testid: string;
  readonly label: string;
  readonly note: string;
  readonly on: boolean;
  readonly onChange: (on: boolean) => void;
}

export function Switch({ id, testid, label, note, on, onChange }: Props): JSX.Element {
  return (
    <div class="switch">
      <input
        type="checkbox"
        role="switch"
        id={id}
        data-testid={testid}
        checked={on}
        aria-describedby={`${id}-note`}
        onChange={(event) => {
          onChange(event.currentTarget.checked);
        }}
      />
      <div>
        <label for={id}>{label}</label>
        <p id={`${id}-note`} class="note">
          {note}
        </p>
      </div>
    </div>
  );
}
