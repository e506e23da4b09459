/** The one button. With a `hotkey` it shows the key and answers to it (`hotkeys.ts`). */

import type { ComponentChildren, JSX } from 'preact';

const shown: Readonly<Record<string, string>> = { Escape: 'Esc' };

interface Props {
  readonly testid?: string;
  readonly hotkey?: string;
  /** A key combination to show that something else listens for. */
  readonly keys?: string;
  readonly tone?: 'primary' | 'plain' | 'quiet' | 'danger';
  readonly class?: string;
  readonly type?: 'button' | 'submit';
  /** Cannot be pressed now, but can be found and says why. */
  readonly locked?: boolean;
  readonly disabled?: boolean;
  readonly label?: string;
  /** It opens something below it: whether that is open. */
  readonly expanded?: boolean;
  /** It is a switch: whether it is on. */
  readonly pressed?: boolean;
  readonly onPress?: () => void;
  readonly children: ComponentChildren;
}

export function Button(props: Props): JSX.Element {
  const { hotkey, keys, tone = 'plain', type = 'button', locked = false, onPress } = props;
  const key = keys ?? (hotkey === undefined ? undefined : (shown[hotkey] ?? hotkey.toUpperCase()));
  return (
    <button
      type={type}
      class={`button ${tone} ${props.class ?? ''}`}
      data-testid={props.testid}
      data-hotkey={hotkey}
      aria-keyshortcuts={hotkey?.toUpperCase().replace('+', 'Plus')}
      aria-label={props.label}
      title={props.label}
      aria-expanded={props.expanded}
      aria-pressed={props.pressed}
      aria-disabled={locked ? 'true' : undefined}
      disabled={props.disabled}
      onClick={() => {
        if (!locked) onPress?.();
      }}
    >
      {props.children}
      {key !== undefined && key !== '' && <kbd aria-hidden="true">{key}</kbd>}
    </button>
  );
}
