/**
 * What can be done to a session besides revealing: more time, recreate, cancel; close its card once it has ended. Offers what
 * the engine allows. What would throw away a customer’s work (cancel, recreate once they have opened it) asks once.
 */

import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { commands } from '../bindings.ts';
import type { SessionView } from '../bindings.ts';
import { openCard } from '../state.ts';
import { text } from '../text/index.ts';
import { Button } from './button.tsx';
import type { Run } from './card.tsx';

interface Props {
  readonly session: SessionView;
  readonly run: Run;
}

/** What is asked before it is done. */
type Question = 'cancel' | 'recreate';

export function Actions({ session, run }: Props): JSX.Element {
  const asking = useSignal<Question | null>(null);
  const recreating = useSignal(false);
  const { id, outcome, progress } = session;
  const act = async (question: Question) => {
    asking.value = null;
    if (question === 'cancel') {
      await run(commands.cancel(id));
      return;
    }
    // Pressed again while it is under way, it is meant once.
    if (recreating.peek()) return;
    recreating.value = true;
    const fresh = await run(commands.recreate(id));
    recreating.value = false;
    if (fresh !== null) openCard(fresh);
  };
  const press = (question: Question) => {
    const unopened = progress === 'creating' || progress === 'waiting';
    if (unopened || outcome !== null) void act(question);
    else asking.value = question;
  };
  const question = outcome === null ? asking.value : null;
  if (question === null) return <Row session={session} press={press} run={run} />;
  return (
    <Ask
      question={question}
      keep={() => {
        asking.value = null;
      }}
      go={() => void act(question)}
    />
  );
}

interface RowProps extends Props {
  readonly press: (question: Question) => void;
}

function Row({ session, press, run }: RowProps): JSX.Element {
  const { id, allowed, outcome } = session;
  const recreate = () => {
    press('recreate');
  };
  const cancel = () => {
    press('cancel');
  };
  return (
    <div class="actions">
      {outcome === null && (
        <Button testid="more-time" hotkey="+" disabled={!allowed.extend} onPress={() => void run(commands.extend(id))}>
          {text.card.moreTime}
        </Button>
      )}
      {(outcome === null || allowed.recreate) && (
        <Button testid="recreate" hotkey="n" tone={suggested(session) ? 'primary' : 'plain'} disabled={!allowed.recreate} onPress={recreate}>
          {text.card.recreate}
        </Button>
      )}
      {outcome === null ? (
        <Button testid="cancel" hotkey="Escape" tone="quiet" disabled={!allowed.cancel} onPress={cancel}>
          {text.card.cancel}
        </Button>
      ) : (
        <Button testid="dismiss" hotkey="Escape" tone={outcome === 'matched' ? 'primary' : 'plain'} onPress={() => void run(commands.dismiss(id))}>
          {text.card.close}
        </Button>
      )}
    </div>
  );
}

/** Whether starting over is what the ending advises. */
function suggested({ outcome, allowed }: SessionView): boolean {
  return allowed.recreate && (outcome === 'expired' || outcome === 'value_refused' || outcome === 'failed');
}

interface AskProps {
  readonly question: Question;
  readonly keep: () => void;
  readonly go: () => void;
}

function Ask({ question, keep, go }: AskProps): JSX.Element {
  const row = useRef<HTMLDivElement>(null);
  const { asks, yes } = text.card.questions[question];
  useEffect(() => {
    row.current?.querySelector<HTMLElement>(`[data-testid="${question}-confirm"]`)?.focus();
  }, []);
  return (
    <div class="ask" role="group" aria-label={asks} ref={row}>
      <p>{asks}</p>
      <div class="actions">
        <Button testid={`${question}-keep`} hotkey="Escape" onPress={keep}>
          {text.card.keep}
        </Button>
        <Button testid={`${question}-confirm`} tone={question === 'cancel' ? 'danger' : 'primary'} onPress={go}>
          {yes}
        </Button>
      </div>
    </div>
  );
}
