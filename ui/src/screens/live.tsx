/**
 * The sessions whose card is open, and the card of one of them. Number keys switch, letters press what the card offers; nothing
 * here opens another card by itself, so that no press lands on the wrong one. Where the window is wide, history stands beside them.
 */

import { computed } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { SessionView } from '../bindings.ts';
import { useSecondsLeft } from '../clock.ts';
import { pressHotkey } from '../hotkeys.ts';
import { Button } from '../parts/button.tsx';
import { Card } from '../parts/card.tsx';
import { Chip } from '../parts/chip.tsx';
import { Mark } from '../parts/icons.tsx';
import { chosenCard, navigate, openSession, view } from '../state.ts';
import { roughly, sessionName } from '../text/format.ts';
import { text } from '../text/index.ts';
import { wide } from '../wide.ts';
import { HistoryPane } from './history.tsx';

export function LiveScreen(): JSX.Element {
  const panel = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (panel.current !== null && pressHotkey(panel.current, event)) event.preventDefault();
    };
    window.addEventListener('keydown', press);
    return () => {
      window.removeEventListener('keydown', press);
    };
  }, []);
  const session = openSession.value;
  const { sessions } = view.value;
  const listed = sessions.length > (wide.value ? 0 : 1);
  return (
    <div ref={panel} id="panel-live" class={listed ? 'screen live several' : 'screen live'} role="tabpanel" aria-labelledby="tab-live">
      {listed && <List sessions={sessions} open={session} />}
      {session === null ? <Nothing /> : <Card key={session.id} session={session} />}
      {wide.value && (
        <aside class="beside" aria-label={text.tabs.history}>
          <HistoryPane />
        </aside>
      )}
    </div>
  );
}

function List({ sessions, open }: { readonly sessions: readonly SessionView[]; readonly open: SessionView | null }): JSX.Element {
  return (
    <ul class="cards" aria-label={text.card.list}>
      {sessions.map((session, index) => (
        <li key={session.id}>
          <button
            type="button"
            class="card-tab"
            data-testid={`card-${index + 1}`}
            data-hotkey={index < 9 ? String(index + 1) : undefined}
            aria-current={session === open ? 'true' : undefined}
            onClick={() => {
              chosenCard.value = session.id;
            }}
          >
            <Chip session={session} />
            <span class="card-tab-text">
              <b>{sessionName(session)}</b>
              <State session={session} />
            </span>
            {index < 9 && <kbd aria-hidden="true">{index + 1}</kbd>}
          </button>
        </li>
      ))}
    </ul>
  );
}

function State({ session }: { readonly session: SessionView }): JSX.Element {
  const seconds = useSecondsLeft(session);
  const left = useMemo(() => computed(() => roughly(seconds.value)), [seconds]);
  if (session.outcome !== null) return <small>{text.outcomes[session.outcome].tag}</small>;
  return (
    <small>
      {text.card.state[session.progress]} · {left}
    </small>
  );
}

function Nothing(): JSX.Element {
  return (
    <div class="nothing">
      <Mark />
      <h2>{text.card.none}</h2>
      <p>{text.card.noneHint}</p>
      <Button
        tone="primary"
        onPress={() => {
          navigate('start');
        }}
      >
        {text.card.noneAction}
      </Button>
    </div>
  );
}
