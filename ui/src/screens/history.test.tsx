import { afterEach, expect, test, vi } from 'vitest';
import { history, session, view } from '../../dev/views.ts';
import { clear, draw, engine, find, press, settle, show, textOf } from '../testing/face.tsx';
import { HistoryScreen } from './history.tsx';

const pass = (ms: number) => settle(() => vi.advanceTimersByTimeAsync(ms));
const rows = () => [...document.querySelectorAll<HTMLElement>('[data-testid="history-row"]')];

afterEach(async () => {
  await clear();
  vi.useRealTimers();
});

test('lists sessions newest first and goes on where the page ended', async () => {
  vi.useFakeTimers();
  const asked = engine({ history: ({ before, limit }) => history(before as number | null, limit as number) });
  await show(view());
  await draw(<HistoryScreen />);
  await pass(0);
  expect(rows()).toHaveLength(50);
  expect(rows().slice(0, 4).map((row) => row.dataset['outcome'])).toEqual(['running', 'matched', 'matched', 'expired']);
  await press('history-more');
  await pass(0);
  await press('history-more');
  await pass(0);
  expect(rows()).toHaveLength(130);
  expect(find('history-more')).toBeNull();
  expect(asked.map(([, args]) => (args as { before: number | null }).before)).toEqual([null, 81, 31]);
});

test('follows what is going on without losing what was loaded', async () => {
  vi.useFakeTimers();
  let outcome: 'matched' | null = null;
  engine({ history: () => ({ rows: history(null, 2).rows.map((row, index) => (index === 0 ? { ...row, outcome } : row)), next: null }) });
  await show(view());
  await draw(<HistoryScreen />);
  await pass(0);
  expect(rows()[0]?.dataset['outcome']).toBe('running');
  outcome = 'matched';
  await show(view({ sessions: [session('revealed', { outcome: 'matched' })] }));
  await pass(300);
  expect(rows().map((row) => row.dataset['outcome'])).toEqual(['matched', 'matched']);
});

test('empty, says what will stand here', async () => {
  vi.useFakeTimers();
  engine({ history: () => ({ rows: [], next: null }) });
  await draw(<HistoryScreen />);
  await pass(0);
  expect(textOf('history-empty')).toContain('No sessions yet');
});
