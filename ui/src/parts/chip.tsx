/** A session's initials on its colour: what tells open sessions apart at a glance. */

import type { JSX } from 'preact';
import type { SessionView } from '../bindings.ts';
import { colourOf, waitsForReveal } from '../state.ts';
import { initials, sessionName } from '../text/format.ts';

export function Chip({ session }: { readonly session: SessionView }): JSX.Element {
  const mark = waitsForReveal(session) ? ' waits' : session.outcome !== null ? ' over' : '';
  return (
    <span class={`chip tint-${colourOf(session)}${mark}`} aria-hidden="true">
      {initials(sessionName(session))}
    </span>
  );
}
