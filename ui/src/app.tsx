/**
 * The window: header, one screen, and the live region for screen readers. The Start screen stays in place while others are
 * shown, since values stand in its inputs and nowhere else.
 */

import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { announcement } from './announcer.ts';
import { followPreferences } from './appearance.ts';
import { Header } from './parts/header.tsx';
import { HistoryScreen } from './screens/history.tsx';
import { LiveScreen } from './screens/live.tsx';
import { SettingsScreen } from './screens/settings.tsx';
import { StartScreen } from './screens/start.tsx';
import { TemplatesScreen } from './screens/templates.tsx';
import { screen } from './state.ts';

export function App(): JSX.Element {
  useEffect(followPreferences, []);
  return (
    <>
      <Header />
      <main class="main-area">
        <div id="panel-start" class="screen-frame" role="tabpanel" aria-labelledby="tab-start" hidden={screen.value !== 'start'}>
          <StartScreen />
        </div>
        {screen.value === 'live' && <LiveScreen />}
        {screen.value === 'history' && <HistoryScreen />}
        {screen.value === 'templates' && <TemplatesScreen />}
        {screen.value === 'settings' && <SettingsScreen />}
      </main>
      <Announcer />
    </>
  );
}

function Announcer(): JSX.Element {
  const { sentence, count } = announcement.value;
  return (
    <div class="heard" role="status" aria-live="polite">
      <span key={count}>{sentence}</span>
    </div>
  );
}
