/** How a session ended: what happened, what to do next. Loud where somebody may be deceiving the user. */

import type { JSX } from 'preact';
import type { Outcome, SessionView } from '../bindings.ts';
import { practice } from '../state.ts';
import { text } from '../text/index.ts';
import { Icon } from './icons.tsx';

export type Tone = 'good' | 'warn' | 'bad' | 'alarm' | 'plain';

export const tones: Record<Outcome, Tone> = {
  matched: 'good',
  mismatched: 'bad',
  unexpected: 'bad',
  value_refused: 'warn',
  relay_suspected: 'alarm',
  tampered: 'bad',
  expired: 'plain',
  cancelled: 'plain',
  interrupted: 'plain',
  failed: 'warn',
};

interface Sentences {
  readonly title: string;
  readonly what: string;
  /** What to do; may be empty. */
  readonly next: string;
}

/** The sentences for an ending. */
export function endingText(outcome: Outcome, { progress, began }: Pick<SessionView, 'progress' | 'began'>): Sentences {
  switch (outcome) {
    case 'relay_suspected': {
      const { title, what, next } = text.outcomes.relay_suspected;
      return { title, what: what[began], next };
    }
    case 'expired': {
      const { title, what, next } = text.outcomes.expired;
      const reached = progress === 'creating' || progress === 'waiting' ? 'unopened' : 'opened';
      return { title, what: what[reached], next: next[reached] };
    }
    default:
      return text.outcomes[outcome];
  }
}

export function Ending({ session, outcome }: { readonly session: SessionView; readonly outcome: Outcome }): JSX.Element {
  const { title, what, next } = endingText(outcome, session);
  const tone = tones[outcome];
  return (
    <section class={`ending ${tone}`} role={tone === 'plain' ? 'status' : 'alert'} data-testid="outcome" data-outcome={outcome}>
      <h3>
        {tone !== 'plain' && <Icon shape={tone === 'good' ? 'check' : 'alert'} />}
        {title}
      </h3>
      <p>{what}</p>
      {next !== '' && <p class="next">{next}</p>}
      {outcome === 'matched' && practice.value && <p>{text.practice.matched}</p>}
    </section>
  );
}

/** Somebody tried a link that was opened already: said as long as the card is open, whatever became of the session. */
export function StolenLink({ session }: { readonly session: SessionView }): JSX.Element | null {
  if (session.open_refused === 0) return null;
  return (
    <section class="ending alarm" role="alert" data-testid="alarm" data-tries={session.open_refused}>
      <h3>
        <Icon shape="alert" />
        {text.stolen.title}
      </h3>
      <p>{text.stolen.what(session.open_refused)}</p>
      <p class="next">{session.outcome === null ? text.stolen.next : text.stolen.nextEnded}</p>
    </section>
  );
}
