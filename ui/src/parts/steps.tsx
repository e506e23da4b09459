/** How far a session has come, as a line of steps that light up. */

import type { JSX } from 'preact';
import type { Progress, SessionView } from '../bindings.ts';
import { text } from '../text/index.ts';

const names = ['waiting', 'opened', 'confirmed', 'viewed', 'revealed', 'match'] as const;
export type Step = (typeof names)[number];
export type StepState = 'done' | 'now' | 'todo';

const reached: Record<Progress, number> = { creating: -1, waiting: 0, opened: 1, confirmed: 2, viewed: 3, revealed: 4 };

/** The state of each step. Where a session has ended, nothing is going on any more: what was reached is done. */
export function stepStates(session: Pick<SessionView, 'progress' | 'outcome'>): readonly { readonly step: Step; readonly state: StepState }[] {
  const at = session.outcome === 'matched' ? names.length : reached[session.progress];
  const current: StepState = session.outcome === null ? 'now' : 'done';
  return names.map((step, index) => ({ step, state: index < at ? 'done' : index === at ? current : 'todo' }));
}

export function Steps({ session }: { readonly session: SessionView }): JSX.Element {
  return (
    <ol class={session.outcome === null || session.outcome === 'matched' ? 'steps' : 'steps stopped'} aria-label={text.steps.label}>
      {stepStates(session).map(({ step, state }) => (
        <li key={step} data-testid={`step-${step}`} data-state={state} aria-current={state === 'now' ? 'step' : undefined}>
          <i aria-hidden="true" />
          <span>{step === 'viewed' && session.typed ? text.typed.step : text.steps[step]}</span>
          <span class="heard">{text.steps.states[state]}</span>
        </li>
      ))}
    </ol>
  );
}
