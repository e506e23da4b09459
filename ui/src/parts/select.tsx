/** The native choice from a list, drawn like the other inputs on every desktop. */

import type { ComponentProps, JSX } from 'preact';
import { Icon } from './icons.tsx';

export function Select(props: ComponentProps<'select'>): JSX.Element {
  return (
    <div class="input-frame select">
      <select {...props} />
      <Icon shape="chevron" />
    </div>
  );
}
