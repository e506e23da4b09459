/** A framed sentence or two in a tone: what a state means, what was refused. Loud only where `role` makes it so. */

import type { ComponentChildren, JSX } from 'preact';
import { Icon } from './icons.tsx';

interface Props {
  readonly tone: 'info' | 'good' | 'warn' | 'bad';
  readonly role?: 'alert' | 'status';
  readonly testid?: string;
  readonly children: ComponentChildren;
}

export function Notice({ tone, role, testid, children }: Props): JSX.Element {
  return (
    <div class={`notice ${tone}`} role={role} data-testid={testid}>
      {(tone === 'warn' || tone === 'bad') && <Icon shape="alert" />}
      <div>{children}</div>
    </div>
  );
}
