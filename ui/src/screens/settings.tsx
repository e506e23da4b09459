/**
 * The connection to a service: which one, how to enrol with another, how to leave. Also what the warnings of this machine mean.
 * An enrolment link goes to the engine and out of its input; no token ever comes here.
 */

import { useSignal } from '@preact/signals';
import type { Signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { commands } from '../bindings.ts';
import type { Refused } from '../bindings.ts';
import { announce } from '../announcer.ts';
import { ask } from '../engine.ts';
import { Button } from '../parts/button.tsx';
import { Notice } from '../parts/notice.tsx';
import { PreferencesPart } from '../parts/preferences.tsx';
import { GRAVE, practice, view, wantedLink } from '../state.ts';
import { text } from '../text/index.ts';
import { refusalText } from '../text/refusal.ts';

export function SettingsScreen(): JSX.Element {
  const { identity, connection, warnings } = view.value;
  // Whoever is known to nobody yet may still want to leave.
  const stuck = connection === 'unauthorized' || warnings.includes('service_elsewhere');
  const enrolled = identity !== null ? !identity.practice : stuck;
  return (
    <div id="panel-settings" class="screen settings" role="tabpanel" aria-labelledby="tab-settings">
      <div class="body">
        {warnings.length > 0 && (
          <section>
            <h2>{text.settings.machine}</h2>
            {warnings.map((warning) => (
              <Notice key={warning} tone={GRAVE.has(warning) ? 'bad' : 'warn'} testid={`warning-detail-${warning}`}>
                <b>{text.warnings[warning].line}</b> {text.warnings[warning].detail}
                {warning === 'keyring_closed' && (
                  <Button class="alone" testid="look-again" onPress={() => void ask(commands.askKeyring())}>
                    {text.warnings.again}
                  </Button>
                )}
              </Notice>
            ))}
          </section>
        )}
        <Connection />
        {practice.value && (
          <section>
            <h2>{text.settings.practice}</h2>
            <p class="note">{text.practice.explained}</p>
          </section>
        )}
        <Enroll />
        {enrolled && <Leave />}
        <PreferencesPart />
      </div>
    </div>
  );
}

function Connection(): JSX.Element {
  const { identity, connection } = view.value;
  const lines: readonly (readonly [string, string, string])[] = [
    ['organization', text.settings.organization, identity?.organization ?? text.settings.unknown],
    ['agent', text.settings.agent, identity?.agent ?? text.settings.unknown],
    ['service', text.settings.service, identity?.service ?? text.settings.unknown],
    ['state', text.settings.state, text.connection[connection]],
  ];
  return (
    <section>
      <h2>{text.settings.connection}</h2>
      <dl>
        {lines.map(([name, label, value]) => (
          <div key={name}>
            <dt>{label}</dt>
            <dd data-testid={`settings-${name}`} dir={name === 'service' ? 'ltr' : undefined}>
              {value}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Enroll(): JSX.Element {
  const link = useSignal('');
  const busy = useSignal(false);
  const refused = useSignal<Refused | null>(null);
  const input = useWantedLink(link);
  const enroll = async () => {
    busy.value = true;
    const answer = await ask(commands.enroll(link.peek().trim()));
    busy.value = false;
    refused.value = answer.refused;
    if (answer.refused !== null) return;
    link.value = '';
    announce(text.settings.enrolled);
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy.peek()) void enroll();
      }}
    >
      <h2>{text.settings.enroll}</h2>
      <p class="note" id="enroll-note">
        {text.settings.enrollNote}
      </p>
      <div class="input-row">
        <input
          ref={input}
          class="input"
          dir="ltr"
          data-testid="enroll-link"
          aria-label={text.settings.enrollLink}
          aria-describedby="enroll-note"
          aria-invalid={refused.value !== null}
          placeholder={text.settings.enrollExample}
          autocomplete="off"
          spellcheck={false}
          value={link.value}
          onInput={(event) => {
            link.value = event.currentTarget.value;
            refused.value = null;
          }}
        />
        <Button type="submit" tone="primary" testid="enroll" disabled={busy.value || link.value.trim() === ''}>
          {busy.value ? text.settings.enrolling : text.settings.enrollAction}
        </Button>
      </div>
      {refused.value !== null && (
        <Notice tone="bad" role="alert" testid="error-enroll">
          {refusalText(refused.value)}
        </Notice>
      )}
    </form>
  );
}

/** Puts a link from outside into the form; a person reads it and sends it. */
function useWantedLink(link: Signal<string>) {
  const input = useRef<HTMLInputElement>(null);
  const wanted = wantedLink.value;
  useEffect(() => {
    if (wanted === null) return;
    link.value = wanted;
    wantedLink.value = null;
    input.current?.focus();
  }, [wanted]);
  return input;
}

function Leave(): JSX.Element {
  const asking = useSignal(false);
  const refused = useSignal<Refused | null>(null);
  const leave = async () => {
    asking.value = false;
    refused.value = (await ask(commands.leave())).refused;
  };
  return (
    <section>
      <h2>{text.settings.leave}</h2>
      <p class="note">{asking.value ? text.settings.leaveAsk : text.settings.leaveNote}</p>
      <div class="actions start">
        {asking.value ? (
          <>
            <Button testid="leave-confirm" tone="danger" onPress={() => void leave()}>
              {text.settings.leaveYes}
            </Button>
            <Button
              testid="leave-keep"
              onPress={() => {
                asking.value = false;
              }}
            >
              {text.settings.leaveNo}
            </Button>
          </>
        ) : (
          <Button
            testid="leave"
            onPress={() => {
              asking.value = true;
            }}
          >
            {text.settings.leave}
          </Button>
        )}
      </div>
      {refused.value !== null && (
        <Notice tone="bad" role="alert" testid="error-leave">
          {refusalText(refused.value)}
        </Notice>
      )}
    </section>
  );
}
