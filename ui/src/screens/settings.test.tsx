import { afterEach, beforeEach, expect, test } from 'vitest';
import { demo, view } from '../../dev/views.ts';
import { clear, draw, engine, find, press, settle, show, textOf, type, valueOf } from '../testing/face.tsx';
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

test('each warning is explained', async () => {
  engine({});
  await show(view({ warnings: ['history_unavailable', 'keyring_unavailable'] }));
  await draw(<SettingsScreen />);
  expect(textOf('warning-detail-keyring_unavailable')).toContain('never written to a plain file');
  expect(textOf('warning-detail-history_unavailable')).toContain('recorded on disk');
});
