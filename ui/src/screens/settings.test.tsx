import { afterEach, beforeEach, expect, test } from 'vitest';
import { demo, view } from '../../dev/views.ts';
import { clear, draw, engine, find, key, press, settle, show, textOf, type, valueOf } from '../testing/face.tsx';
import { wantedLink } from '../state.ts';
import { followPreferences, resolveLanguage } from '../appearance.ts';
import { shortcutOf } from '../shortcut.ts';
import { SettingsScreen } from './settings.tsx';

beforeEach(async () => {
  await show(view());
});

afterEach(clear);

test('an enrolment link is sent and does not stay', async () => {
  const asked = engine({});
  await draw(<SettingsScreen />);
  await type('enroll-link', '  countersign://enroll?code=x ');
  await press('enroll');
  await settle();
  const sent = { link: 'countersign://enroll?code=x' };
  expect(asked).toEqual([['enroll', sent]]);
  expect(valueOf('enroll-link')).toBe('');
});

test('a link that was refused stays, to be put right', async () => {
  engine({
    enroll: () => {
      throw { code: 'enrollment_code', message: '', field: null } as unknown as Error;
    },
  });
  await draw(<SettingsScreen />);
  await type('enroll-link', 'countersign://enroll?code=x');
  await press('enroll');
  await settle();
  expect(textOf('error-enroll')).toContain('15 minutes');
  expect(valueOf('enroll-link')).not.toBe('');
});

test('signing out asks once', async () => {
  const asked = engine({});
  await draw(<SettingsScreen />);
  await press('leave');
  expect(asked).toEqual([]);
  await press('leave-confirm');
  await settle();
  expect(asked.map(([command]) => command)).toEqual(['leave']);
});

test('in practice there is nothing to leave', async () => {
  engine({});
  await show(view({ identity: demo }));
  await draw(<SettingsScreen />);
  expect(find('leave')).toBeNull();
});

test('a link from outside stands in the form and is not sent', async () => {
  const asked = engine({});
  await draw(<SettingsScreen />);
  wantedLink.value = 'countersign://enroll?code=y';
  await settle();
  expect(valueOf('enroll-link')).toBe('countersign://enroll?code=y');
  expect(asked).toEqual([]);
});

test('a preference is sent with all the others', async () => {
  const asked = engine({});
  await draw(<SettingsScreen />);
  await press('always_on_top');
  await type('history-days', '90');
  await settle();
  const { preferences } = view();
  expect(asked).toEqual([
    ['set_preferences', { preferences: { ...preferences, always_on_top: true } }],
    ['set_preferences', { preferences: { ...preferences, history_days: 90 } }],
  ]);
});

test('what is refused is said beside it, and the control shows what holds', async () => {
  engine({
    set_preferences: () => {
      throw { code: 'out_of_bounds', message: 'A session lasts 30 to 900 seconds.', field: null } as unknown as Error;
    },
  });
  await draw(<SettingsScreen />);
  await type('default-ttl', '5');
  await settle();
  expect(textOf('error-ttl_secs')).toContain('30 to 900');
  expect(valueOf('default-ttl')).toBe('120');
});

test('a shortcut is pressed, not typed', async () => {
  const asked = engine({});
  await draw(<SettingsScreen />);
  const input = find('shortcut') ?? document;
  await key('Control', { code: 'ControlLeft', ctrlKey: true }, input);
  expect(asked).toEqual([]);
  await key('k', { code: 'KeyK', ctrlKey: true, altKey: true }, input);
  await key('Backspace', { code: 'Backspace' }, input);
  const sent = asked.map(([, args]) => (args as { preferences: { shortcut: string } }).preferences.shortcut);
  expect(sent).toEqual(['CmdOrCtrl+Alt+K', '']);
  expect(shortcutOf({ code: 'Digit7', ctrlKey: false, metaKey: true, altKey: false, shiftKey: true }, true)).toBe('CmdOrCtrl+Shift+7');
});

test('the document follows the preferences', async () => {
  const stop = followPreferences();
  const root = document.documentElement;
  await show(view({ preferences: { ...view().preferences, theme: 'contrast' } }));
  expect(root.dataset['theme']).toBe('contrast');
  await show(view({ preferences: { ...view().preferences, theme: 'system' } }));
  expect([root.dataset['theme'], root.className.trim(), root.dir, root.lang]).toEqual([undefined, '', 'ltr', 'en']);
  stop();
  expect(resolveLanguage('system', ['ja-JP', 'xx'])).toBe('en');
});

test('each warning is explained', async () => {
  engine({});
  await show(view({ warnings: ['history_unavailable', 'keyring_unavailable', 'service_elsewhere'] }));
  await draw(<SettingsScreen />);
  expect(textOf('warning-detail-keyring_unavailable')).toContain('never written to a plain file');
  expect(textOf('warning-detail-history_unavailable')).toContain('recorded on disk');
  expect(textOf('warning-detail-service_elsewhere')).toContain('No session is started');
});

test('a closed keyring is asked again', async () => {
  const asked = engine({});
  await show(view({ connection: 'unauthorized', identity: null, warnings: ['keyring_closed'] }));
  await draw(<SettingsScreen />);
  expect(textOf('warning-detail-keyring_closed')).toContain('Unlock it');
  await press('look-again');
  expect(asked).toEqual([['ask_keyring', {}]]);
});
