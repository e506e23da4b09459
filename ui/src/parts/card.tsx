/**
 * One session's card, from its link to its ending. Shows what the engine says and asks it for what is pressed; a refusal stands
 * on the card until the next press.
 */

import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Refused, SessionView } from '../bindings.ts';
import { useSecondsLeft } from '../clock.ts';
import { ask } from '../engine.ts';
import { clock, sessionName } from '../text/format.ts';
import { text } from '../text/index.ts';
import { refusalText } from '../text/refusal.ts';
import { Actions } from './actions.tsx';
import { Chip } from './chip.tsx';
import { Countdown } from './countdown.tsx';
import { Ending, StolenLink } from './ending.tsx';
import { Link } from './link.tsx';
import { Notice } from './notice.tsx';
import { Reveal } from './reveal.tsx';
import { Steps } from './steps.tsx';

/** Waits for a command; `null` when it was refused, which the card then shows. */
export type Run = <T>(command: Promise<T>) => Promise<T | null>;

export function Card({ session }: { readonly session: SessionView }): JSX.Element {
  const refused = useSignal<Refused | null>(null);
  const run: Run = async (command) => {
    refused.value = null;
    const answer = await ask(command);
    refused.value = answer.refused;
    return answer.value;
  };
  const { outcome } = session;
  const article = useRef<HTMLElement>(null);
  useEffect(() => {
    if (document.activeElement === document.body) article.current?.focus(); // a card just opened is where one is
  }, []);
  const body = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // reached by keyboard only where there is something to scroll
    if (body.current === null) return;
    if (body.current.scrollHeight > body.current.clientHeight) body.current.tabIndex = 0;
    else body.current.removeAttribute('tabindex');
  });
  return (
    <article ref={article} tabIndex={-1} class="card" data-testid="card" data-session={session.id} data-progress={session.progress} aria-labelledby="card-name">
      <div class="body" ref={body} role="group" aria-labelledby="card-name">
        <Heading session={session} />
        {outcome === null && <Countdown session={session} />}
        <Steps session={session} />
        <StolenLink session={session} />
        {outcome === null ? <Course session={session} run={run} /> : <Ending session={session} outcome={outcome} />}
        {refused.value !== null && (
          <Notice tone="bad" role="alert" testid="error-card">
            {refusalText(refused.value)}
          </Notice>
        )}
      </div>
      <div class="foot">
        {outcome === null && <Reveal session={session} run={run} />}
        <Actions session={session} run={run} />
      </div>
    </article>
  );
}

function Heading({ session }: { readonly session: SessionView }): JSX.Element {
  const template = session.template?.name ?? text.card.scratch;
  const began = session.began === 'organization' ? text.start.beganOrganization : text.start.beganRecipient;
  return (
    <div class="heading">
      <Chip session={session} />
      <div>
        <h2 id="card-name">{sessionName(session)}</h2>
        <p class="note">{text.card.about(session.subject === '' ? text.card.noSubject : template, began)}</p>
      </div>
    </div>
  );
}

/** What is going on while it runs. */
function Course({ session, run }: { readonly session: SessionView; readonly run: Run }): JSX.Element {
  const unopened = session.progress === 'creating' || session.progress === 'waiting';
  const note = noteOf(session);
  return (
    <>
      {session.reconnecting && <Reconnecting session={session} />}
      {unopened && <Link session={session} run={run} />}
      {note !== '' && (
        <Notice tone={session.progress === 'opened' ? 'info' : 'good'} testid="note">
          {note}
        </Notice>
      )}
    </>
  );
}

function noteOf({ typed, progress }: SessionView): string {
  return typed && (progress === 'viewed' || progress === 'revealed') ? text.typed[progress] : text.card.notes[progress];
}

function Reconnecting({ session }: { readonly session: SessionView }): JSX.Element {
  const seconds = useSecondsLeft(session);
  return (
    <Notice tone="warn" testid="reconnecting">
      {text.card.reconnecting(clock(seconds.value))}
    </Notice>
  );
}
