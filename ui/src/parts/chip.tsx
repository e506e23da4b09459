/** A session's initials on its colour: what tells open sessions apart at a glance. */

import type { JSX } from 'preact';
import type { SessionView } from '../bindings.ts';
import { waitsForReveal } from '../state.ts';

export function Chip({ session }: { readonly session: SessionView }): JSX.Element {
  const mark = waitsForReveal(session) ? ' waits' : session.outcome !== null ? ' over' : '';
  return (
    <span class={`chip tint-${session.colour}${mark}`} aria-hidden="true">
      {session.initials}
    </span>
  );
}
