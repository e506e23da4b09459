/**
 * The link for the customer, as long as it is unopened: to copy, to say, in practice to open. What goes on the clipboard is put
 * there by the engine; the link shown never carries a value.
 */

import type { JSX } from 'preact';
import { announce } from '../announcer.ts';
import { commands } from '../bindings.ts';
import type { SessionView } from '../bindings.ts';
import { practice } from '../state.ts';
import { grouped } from '../text/digits.ts';
import { linkParts } from '../text/format.ts';
import { text } from '../text/index.ts';
import { Button } from './button.tsx';
import type { Run } from './card.tsx';
import { useFlash } from './flash.ts';
import { Icon } from './icons.tsx';
import { Share } from './share.tsx';
import { Switch } from './switch.tsx';

interface Props {
  readonly session: SessionView;
  readonly run: Run;
}

export function Link({ session, run }: Props): JSX.Element {
  const { id, url, number, allowed } = session;
  if (url === null) return <div class="link-block pending">{text.card.creating}</div>;
  const { spoken, short } = linkParts(url);
  return (
    <div class="link-block">
      <div class="link-row">
        <code class="link" data-testid="link" data-url={url} title={url} dir="ltr" role="img" aria-label={`${text.card.link}: ${spoken}`}>
          {short}
        </code>
        <Copy id={id} allowed={allowed.copy} run={run} />
      </div>
      {number !== null && (
        <p class="say">
          {text.card.sayBefore}
          <bdi dir="ltr">
            <b>{spoken}</b>
          </bdi>
          {text.card.sayMiddle}
          <b class="number" dir="ltr" data-testid="number" data-number={number}>
            {grouped(number)}
          </b>
        </p>
      )}
      {practice.value && (
        <Button testid="open-link" hotkey="o" onPress={() => void run(commands.openLink(id))}>
          <Icon shape="open" /> {text.card.open}
        </Button>
      )}
      <Share session={session} run={run} />
      <Switch
        id="card-prefill"
        testid="card-prefill"
        label={text.card.prefill}
        note={text.card.prefillWarning}
        on={session.prefill}
        onChange={(on) => void run(commands.setPrefill(id, on))}
      />
    </div>
  );
}

function Copy({ id, allowed, run }: { readonly id: string; readonly allowed: boolean; readonly run: Run }): JSX.Element {
  const { fresh, flash } = useFlash();
  const copy = async () => {
    const copied = await run(commands.copyLink(id));
    if (copied === null) return;
    flash();
    announce(copied.prefilled ? text.card.copiedPrefilled : text.card.copied);
  };
  return (
    <Button testid="copy" hotkey="c" class={fresh ? 'copy copied' : 'copy'} disabled={!allowed} onPress={() => void copy()}>
      {fresh ? text.card.copied : text.card.copy}
    </Button>
  );
}
