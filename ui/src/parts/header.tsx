/**
 * The head of the window: who the user is to which organization, how things stand with the service, what is wrong with this
 * machine, and the way to each screen.
 */

import type { JSX } from 'preact';
import { GRAVE, fillNote, liveCount, practice, revealWaits, screen, screens, view } from '../state.ts';
import type { Screen } from '../state.ts';
import { text } from '../text/index.ts';
import { Button } from './button.tsx';
import { Mark } from './icons.tsx';
import { Notice } from './notice.tsx';

export function Header(): JSX.Element {
  const { identity, connection, warnings } = view.value;
  return (
    <header class="header">
      <div class="who">
        <Mark />
        <div class="names">
          <h1 class="organization">
            <bdi>{identity?.organization ?? text.product}</bdi>
          </h1>
          <span class="agent">
            {identity !== null && <bdi>{identity.agent}</bdi>}
            <span class="connection" role="status" data-testid="connection" data-state={connection}>
              {text.connection[connection]}
            </span>
          </span>
        </div>
        {practice.value && <span class="badge">{text.practice.badge}</span>}
      </div>
      {practice.value && (
        <div class="practice">
          <p data-testid="practice">{text.practice.meaning}</p>
          {screen.value === 'start' && view.value.sessions.length === 0 && <p data-testid="guide">{text.practice.guide}</p>}
        </div>
      )}
      {warnings.map((warning) => (
        <Notice key={warning} tone={GRAVE.has(warning) ? 'bad' : 'warn'} testid={`warning-${warning}`}>
          {text.warnings[warning].line}{' '}
          <Button
            tone="quiet"
            class="inline"
            onPress={() => {
              screen.value = 'settings';
            }}
          >
            {text.warnings.more}
          </Button>
        </Notice>
      ))}
      <FillNote />
      <Tabs />
    </header>
  );
}

/** What became of a link that another program opened. */
function FillNote(): JSX.Element | null {
  const what = fillNote.value;
  if (what === null) return null;
  return (
    <Notice tone={what === 'malformed' ? 'warn' : 'info'} role={what === 'malformed' ? 'alert' : 'status'} testid={`fill-${what}`}>
      {text.start[what]}{' '}
      <Button
        tone="quiet"
        class="inline"
        testid="fill-close"
        onPress={() => {
          fillNote.value = null;
        }}
      >
        {text.card.close}
      </Button>
    </Notice>
  );
}

function Tabs(): JSX.Element {
  return (
    <div class="tabs" role="tablist" aria-label={text.tabs.label} onKeyDown={turn}>
      {screens.map((name) => (
        <button
          key={name}
          type="button"
          role="tab"
          id={`tab-${name}`}
          class="tab"
          data-testid={`tab-${name}`}
          aria-selected={screen.value === name}
          aria-controls={screen.value === name ? `panel-${name}` : undefined}
          tabIndex={screen.value === name ? 0 : -1}
          onClick={() => {
            screen.value = name;
          }}
        >
          {text.tabs[name]}
          {name === 'live' && liveCount.value > 0 && <Count />}
        </button>
      ))}
    </div>
  );
}

function Count(): JSX.Element {
  return (
    <span class={revealWaits.value ? 'count waits' : 'count'} role="img" aria-label={text.live(liveCount.value)}>
      {liveCount.value}
    </span>
  );
}

/** Arrow keys turn to the next screen, as tabs do. */
function turn(event: KeyboardEvent): void {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (step === undefined) return;
  const forwards = document.documentElement.dir === 'rtl' ? -step : step;
  const at = screens.indexOf(screen.peek());
  const next: Screen = screens[(at + forwards + screens.length) % screens.length] ?? 'start';
  screen.value = next;
  document.getElementById(`tab-${next}`)?.focus();
  event.preventDefault();
}
