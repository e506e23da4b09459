/** Every screen and state a user can meet, as a screen reader gets it: axe finds nothing. Colours are held by other tests. */

import axe from 'axe-core';
import { afterEach, expect, test } from 'vitest';
import { ended, history, session, several, summary, view } from '../dev/views.ts';
import { App } from './app.tsx';
import type { Theme, View } from './bindings.ts';
import { chooseTemplate } from './form.ts';
import { chosenCard, screen } from './state.ts';
import type { Screen } from './state.ts';
import { clear, draw, engine, press, settle, show } from './testing/face.tsx';

const answers = {
  history: () => history(null, 20),
  history_summary: () => summary,
  message: () => ({ text: 'Acme: https://x.example', sms_parts: 1, language: 'en' }),
  qr: () => ({ size: 29, path: 'M4 4h7v1h-7z' }),
  reveal: () => ({ passcode: '739204', hide_after_ms: 20_000 }),
  verify_history: () => ({ is: 'whole', records: 3, unsealed: 0 }),
  check_subject: () => null,
};

interface State {
  readonly name: string;
  readonly on: Screen;
  readonly view: View;
  readonly press?: readonly string[];
}

const states: readonly State[] = [
  { name: 'start', on: 'start', view: view() },
  { name: 'start, picker open', on: 'start', view: view(), press: ['template'] },
  { name: 'start, warnings', on: 'start', view: view({ warnings: ['history_unavailable', 'keyring_unavailable'] }) },
  { name: 'card, message', on: 'live', view: view({ sessions: [session('waiting')] }), press: ['message-options'] },
  { name: 'card, code', on: 'live', view: view({ sessions: [session('waiting')] }), press: ['qr'] },
  { name: 'card, revealed', on: 'live', view: view({ sessions: [session('viewed')] }), press: ['reveal'] },
  { name: 'card, asks', on: 'live', view: view({ sessions: [session('opened')] }), press: ['cancel'] },
  { name: 'card, stolen link', on: 'live', view: view({ sessions: [session('opened', { open_refused: 1 })] }) },
  { name: 'card, relay', on: 'live', view: view({ sessions: [ended('opened', 'relay_suspected')] }) },
  { name: 'several cards', on: 'live', view: view({ sessions: several }) },
  { name: 'no card', on: 'live', view: view() },
  { name: 'history', on: 'history', view: view(), press: ['history-filters', 'verify'] },
  { name: 'templates', on: 'templates', view: view() },
  { name: 'templates, deleting', on: 'templates', view: view(), press: ['template-delete-meter'] },
  { name: 'templates, writing', on: 'templates', view: view(), press: ['template-new', 'template-add-field'] },
  { name: 'settings, keyring closed', on: 'settings', view: view({ connection: 'unauthorized', identity: null, warnings: ['keyring_closed'] }) },
  { name: 'settings, service elsewhere', on: 'settings', view: view({ connection: 'offline', identity: null, warnings: ['service_elsewhere'] }) },
  { name: 'settings', on: 'settings', view: view({ warnings: ['keyring_unavailable'] }), press: ['leave'] },
];

afterEach(clear);

test.each(states)('$name', async (state) => {
  engine(answers);
  chooseTemplate('phone');
  chosenCard.value = null;
  screen.value = state.on;
  document.title = 'Countersign';
  await show(state.view);
  await draw(<App />);
  await settle();
  for (const step of state.press ?? []) {
    await press(step);
    await settle();
  }
  const { violations } = await axe.run(document, { rules: { 'color-contrast': { enabled: false } } });
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join('; ')}`)).toEqual([]);
}, 20_000);

test('from scratch, in every theme the same names', async () => {
  engine(answers);
  screen.value = 'start';
  const themes: readonly Theme[] = ['light', 'contrast'];
  for (const theme of themes) {
    await show(view({ preferences: { ...view().preferences, theme } }));
    chooseTemplate('scratch');
    await draw(<App />);
    await settle();
    const { violations } = await axe.run(document, { rules: { 'color-contrast': { enabled: false } } });
    expect(violations.map(({ id }) => id)).toEqual([]);
  }
}, 20_000);
