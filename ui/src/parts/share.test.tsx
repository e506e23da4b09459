import { afterEach, beforeEach, expect, test } from 'vitest';
import { session, view } from '../../dev/views.ts';
import { App } from '../app.tsx';
import { LiveScreen } from '../screens/live.tsx';
import { chosenCard, screen } from '../state.ts';
import { clear, draw, engine, find, key, press, settle, show, textOf, type } from '../testing/face.tsx';

const answers = {
  message: ({ language }: Readonly<Record<string, unknown>>) => ({ text: `Acme: https://x.example ${String(language)}`, sms_parts: 2, language: language === 'fr' ? 'fr' : 'en' }),
  copy_message: () => ({ prefilled: false }),
  copy_link: () => ({ prefilled: false }),
  qr: () => ({ size: 29, path: 'M4 4h7v1h-7z' }),
};

beforeEach(async () => {
  screen.value = 'live';
  chosenCard.value = null;
  await show(view({ sessions: [session('waiting')] }));
});

afterEach(clear);

test('M copies the message and says so', async () => {
  const asked = engine(answers);
  await draw(<LiveScreen />);
  await key('m');
  await settle();
  expect(asked).toEqual([['copy_message', { session: session('waiting').id, language: 'en' }]]);
  expect(textOf('copy-message')).toContain('Message copied');
});

test('the preview shows the message, its parts, and follows the language', async () => {
  const asked = engine(answers);
  await draw(<LiveScreen />);
  expect(find('message-preview')).toBeNull();
  await press('message-options');
  await settle();
  expect(textOf('message-preview')).toContain('https://x.example');
  expect(find('message-parts')?.dataset['parts']).toBe('2');
  await type('message-language', 'en');
  await settle();
  expect(asked.filter(([command]) => command === 'message').length).toBeGreaterThan(0);
});

test('Q draws the code, and Escape closes it without calling the session off', async () => {
  const asked = engine(answers);
  await draw(<LiveScreen />);
  await key('q');
  await settle();
  expect(find('qr-code')?.querySelector('path')?.getAttribute('d')).toBe('M4 4h7v1h-7z');
  await key('Escape');
  expect(find('qr-panel')).toBeNull();
  expect(asked.map(([command]) => command)).toEqual(['qr']);
});

test('alarms are alerts and say what to do', async () => {
  engine(answers);
  await show(view({ sessions: [session('opened', { open_refused: 1 })] }));
  await draw(<LiveScreen />);
  expect(find('alarm')?.getAttribute('role')).toBe('alert');
  expect(find('alarm')?.querySelector('.next')?.textContent).not.toBe('');
});

test.each([
  ['message-options', 'message-panel'],
  ['qr', 'qr-panel'],
])('Escape leaves what %s opened, and does not end the session', async (opens, panel) => {
  const asked = engine({ ...answers, cancel: () => null });
  await draw(<App />);
  await press(opens);
  await settle();
  expect(find(panel)).not.toBeNull();
  await key('Escape');
  await settle();
  expect(find(panel)).toBeNull();
  expect(asked.map(([command]) => command)).not.toContain('cancel');
});
