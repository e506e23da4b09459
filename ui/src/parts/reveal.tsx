/**
 * The passcode, on the press that asks for it. It arrives as that press's answer, stands in this component alone, and is dropped
 * after its time, when the window loses focus or is hidden, and when the card goes. Locked, the button says why.
 */

import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { announce } from '../announcer.ts';
import { commands } from '../bindings.ts';
import type { SessionView } from '../bindings.ts';
import { useSecondsUntil } from '../clock.ts';
import { groups, spelled } from '../text/digits.ts';
import { text } from '../text/index.ts';
import { Button } from './button.tsx';
import type { Run } from './card.tsx';
import { Icon } from './icons.tsx';

interface Shown {
  readonly passcode: string;
  /** On the local clock. */
  readonly until: number;
}

interface Props {
  readonly session: SessionView;
  readonly run: Run;
}

export function Reveal({ session, run }: Props): JSX.Element {
  const { shown, show } = useShown(session.id, run);
  if (shown !== null) return <Passcode {...shown} />;
  const { allowed, progress, typed } = session;
  if (!allowed.reveal) {
    return (
      <Button class="main reveal locked" testid="reveal" hotkey="r" locked>
        <span>
          <Icon shape="lock" /> {text.reveal.action}
        </span>
        <small>{typed && !session.reconnecting ? text.typed.locked : text.reveal.locked[progress]}</small>
      </Button>
    );
  }
  return (
    <Button tone="primary" class="main reveal" testid="reveal" hotkey="r" onPress={show}>
      {progress === 'revealed' ? text.reveal.again : text.reveal.action}
    </Button>
  );
}

function Passcode({ passcode, until }: Shown): JSX.Element {
  const seconds = useSecondsUntil(until);
  const [first, second] = groups(passcode);
  return (
    <div class="revealed">
      <p class="passcode" dir="ltr" data-testid="passcode">
        <span>{first}</span> <span>{second}</span>
      </p>
      <p class="say">
        {text.reveal.say}
        <b data-testid="read-out">{spelled(passcode)}</b>
        <br />
        {text.reveal.rule}
      </p>
      <p class="hides" data-testid="hides">
        {text.reveal.hides(seconds.value)}
      </p>
    </div>
  );
}

function useShown(id: string, run: Run) {
  const shown = useSignal<Shown | null>(null);
  const until = shown.value?.until;
  useEffect(() => {
    if (until === undefined) return;
    const hide = () => {
      shown.value = null;
    };
    const hideUnseen = () => {
      if (document.hidden) hide();
    };
    const timer = setTimeout(hide, Math.max(0, until - performance.now()));
    window.addEventListener('blur', hide);
    document.addEventListener('visibilitychange', hideUnseen);
    return () => {
      clearTimeout(timer);
      window.removeEventListener('blur', hide);
      document.removeEventListener('visibilitychange', hideUnseen);
    };
  }, [until]);
  const reveal = async () => {
    const revealed = await run(commands.reveal(id));
    if (revealed === null) return;
    shown.value = { passcode: revealed.passcode, until: performance.now() + revealed.hide_after_ms };
    announce(text.announce.revealed);
  };
  return { shown: shown.value, show: () => void reveal() };
}
