/**
 * Other ways to hand the link over: a ready message in the customer's language, and a QR code. The engine writes the message,
 * counts its parts, draws the code and fills the clipboard; the message is on the screen only while its preview is open.
 */

import { signal, useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { announce } from '../announcer.ts';
import { commands } from '../bindings.ts';
import type { Language, Message, Qr, SessionView } from '../bindings.ts';
import { catalogues, text } from '../text/index.ts';
import { Button } from './button.tsx';
import type { Run } from './card.tsx';
import { useFlash } from './flash.ts';
import { Icon } from './icons.tsx';
import { Select } from './select.tsx';

interface Props {
  readonly session: SessionView;
  readonly run: Run;
}

/** Another language for one session's message than the session was started with; by session. */
const chosen = signal<{ readonly id: string; readonly language: Language } | null>(null);
const languageOf = ({ id, language }: SessionView) => (chosen.value?.id === id ? chosen.value.language : language);

type Panel = 'message' | 'qr';

export function Share({ session, run }: Props): JSX.Element {
  const panel = useSignal<Panel | null>(null);
  const { allowed } = session;
  const toggle = (which: Panel) => () => {
    panel.value = panel.peek() === which ? null : which;
  };
  const close = () => {
    panel.value = null;
  };
  // An open panel is what Escape leaves; without one it ends the session.
  const leaves = panel.value === 'message' ? { hotkey: 'Escape', keys: '' } : {};
  return (
    <div class="share">
      <div class="share-row">
        <CopyMessage session={session} run={run} />
        <Button class="square" testid="message-options" label={text.card.messageOptions} expanded={panel.value === 'message'} disabled={!allowed.copy} onPress={toggle('message')} {...leaves}>
          <Icon shape="chevron" />
        </Button>
        <Button testid="qr" hotkey="q" expanded={panel.value === 'qr'} disabled={!allowed.copy} onPress={toggle('qr')}>
          <Icon shape="code" /> {text.card.qr}
        </Button>
      </div>
      {panel.value === 'message' && <Preview session={session} run={run} />}
      {panel.value === 'qr' && <Code session={session} run={run} close={close} />}
    </div>
  );
}

function CopyMessage({ session, run }: Props): JSX.Element {
  const { fresh, flash } = useFlash();
  const copy = async () => {
    if ((await run(commands.copyMessage(session.id, languageOf(session)))) === null) return;
    flash();
    announce(text.card.messageCopied);
  };
  return (
    <Button class={fresh ? 'grow copied' : 'grow'} testid="copy-message" hotkey="m" disabled={!session.allowed.copy} onPress={() => void copy()}>
      {fresh ? text.card.messageCopied : text.card.message}
    </Button>
  );
}

/** The message as it will be sent; made anew when the language, the link or its time changes. */
function Preview({ session, run }: Props): JSX.Element {
  const message = useSignal<Message | null>(null);
  const language = languageOf(session);
  const { id, prefill, ttl_secs } = session;
  useEffect(() => {
    let wanted = true;
    void run(commands.message(id, language)).then((made) => {
      if (wanted) message.value = made;
    });
    return () => {
      wanted = false;
    };
  }, [id, language, prefill, ttl_secs]);
  const made = message.value;
  const panel = useInSight(made !== null);
  return (
    <div class="panel" data-testid="message-panel" ref={panel}>
      <Select
        class="input"
        data-testid="message-language"
        aria-label={text.card.messageLanguage}
        onChange={(event) => {
          const picked = Object.keys(catalogues).find((each) => each === event.currentTarget.value);
          if (picked !== undefined) chosen.value = { id, language: picked as Language };
        }}
      >
        {Object.entries(catalogues).map(([code, { name }]) => (
          <option key={code} value={code} lang={code} selected={code === (made?.language ?? language)}>
            {name}
          </option>
        ))}
      </Select>
      {made !== null && (
        <>
          <p class="preview" data-testid="message-preview" lang={made.language} dir="auto" aria-label={text.card.messagePreview} role="group">
            {made.text}
          </p>
          <p class="note" data-testid="message-parts" data-parts={made.sms_parts}>
            {text.card.messageParts(made.sms_parts)}
          </p>
        </>
      )}
    </div>
  );
}

function Code({ session, run, close }: Props & { readonly close: () => void }): JSX.Element {
  const qr = useSignal<Qr | null>(null);
  const { id, prefill } = session;
  useEffect(() => {
    let wanted = true;
    void run(commands.qr(id)).then((drawn) => {
      if (wanted) qr.value = drawn;
    });
    return () => {
      wanted = false;
    };
  }, [id, prefill]);
  const drawn = qr.value;
  const panel = useInSight(drawn !== null);
  return (
    <div ref={panel} class="panel code-panel" role="group" aria-label={text.card.qr} data-testid="qr-panel">
      <div class="panel-head">
        <p class="note">{text.card.qrHint}</p>
        <Button tone="quiet" class="square" testid="qr-close" hotkey="Escape" keys="" label={text.card.qrClose} onPress={close}>
          <Icon shape="cross" />
        </Button>
      </div>
      {drawn !== null && (
        <svg class="qr" data-testid="qr-code" viewBox={`0 0 ${drawn.size} ${drawn.size}`} role="img" aria-label={text.card.qrLabel} shape-rendering="crispEdges">
          <rect width={drawn.size} height={drawn.size} />
          <path d={drawn.path} />
        </svg>
      )}
    </div>
  );
}

/** Scrolls a panel into sight once it has its content. */
function useInSight(filled: boolean) {
  const panel = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (filled) panel.current?.scrollIntoView({ block: 'nearest' });
  }, [filled]);
  return panel;
}
