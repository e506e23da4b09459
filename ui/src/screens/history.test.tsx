import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { history, session, summary, view } from '../../dev/views.ts';
import type { HistoryQuery } from '../bindings.ts';
import { everything, query } from '../history-query.ts';
import { bars } from '../parts/history-chart.tsx';
import { dayStart } from '../parts/history-filters.tsx';
import { clear, draw, engine, find, key, press, settle, show, textOf, type } from '../testing/face.tsx';
import type { Answers } from '../testing/face.tsx';
import { HistoryScreen } from './history.tsx';

const pass = (ms: number) => settle(() => vi.advanceTimersByTimeAsync(ms));
const rows = () => [...document.querySelectorAll<HTMLElement>('[data-testid="history-row"]')];
const numbers = () => rows().map((row) => Number(row.dataset['row']));

const answers: Answers = {
  history: ({ before, limit }) => history(before as number | null, limit as number),
  history_summary: () => summary,
};

async function open(more: Answers = {}) {
  const asked = engine({ ...answers, ...more });
  await draw(<HistoryScreen />);
  await pass(0);
  return asked;
}

const queries = (asked: [string, unknown][]) => asked.filter(([command]) => command === 'history').map(([, args]) => args as { query: HistoryQuery; before: number | null });

beforeEach(async () => {
  vi.useFakeTimers();
  query.value = everything;
  await show(view());
});

afterEach(async () => {
  await clear();
  vi.useRealTimers();
});

describe('the list', () => {
  test('shows the newest first, and only what is in sight is in the document', async () => {
    await open();
    expect(rows().slice(0, 4).map((row) => row.dataset['outcome'])).toEqual(['running', 'matched', 'matched', 'expired']);
    expect(rows().length).toBeLessThan(30);
    expect(find('history-list')?.getAttribute('aria-rowcount')).toBe('131');
  });

  test('goes on where the page ended when one comes near its end', async () => {
    const asked = await open();
    const list = find('history-list') ?? document;
    await key('End', {}, list);
    await pass(0);
    expect(queries(asked).map(({ before }) => before)).toEqual([null, 31]);
    await key('End', {}, list);
    expect(numbers().at(-1)).toBe(1);
    await key('End', {}, list);
    await pass(0);
    expect(queries(asked)).toHaveLength(2);
  });

  test('is walked by keys, and the row is named for screen readers', async () => {
    await open();
    const list = find('history-list') ?? document;
    const active = () => find('history-list')?.getAttribute('aria-activedescendant');
    expect(active()).toBe('history-130');
    await key('ArrowDown', {}, list);
    await key('ArrowDown', {}, list);
    expect(active()).toBe('history-128');
    await key('PageDown', {}, list);
    expect(Number(active()?.slice(8))).toBeLessThan(125);
    await key('Home', {}, list);
    expect(active()).toBe('history-130');
  });

  test('follows what is going on without losing what was loaded', async () => {
    let outcome: 'matched' | null = null;
    await open({ history: () => ({ rows: history(null, 2).rows.map((row, index) => (index === 0 ? { ...row, outcome } : row)), next: null }) });
    expect(rows()[0]?.dataset['outcome']).toBe('running');
    outcome = 'matched';
    await show(view({ sessions: [session('revealed', { outcome: 'matched' })] }));
    await pass(300);
    expect(rows().map((row) => row.dataset['outcome'])).toEqual(['matched', 'matched']);
  });
});

describe('the search', () => {
  test('begins 120 ms after the last key', async () => {
    const asked = await open();
    await type('history-search', 'tic');
    await pass(60);
    await type('history-search', 'ticket');
    await pass(119);
    expect(queries(asked)).toHaveLength(1);
    await pass(2);
    await pass(0);
    expect(queries(asked).map(({ query: { text } }) => text)).toEqual(['', 'ticket']);
  });

  test('takes outcomes, a template and days', async () => {
    const asked = await open();
    await press('history-filters');
    await press('history-outcome-expired');
    await press('history-outcome-tampered');
    await type('history-template', 'Order number');
    await type('history-from', '2026-11-03');
    await type('history-until', '2026-11-04');
    await pass(0);
    expect(queries(asked).at(-1)?.query).toEqual({
      text: '',
      outcomes: ['expired', 'tampered'],
      template: 'Order number',
      from: dayStart('2026-11-03', 0),
      until: dayStart('2026-11-05', 0),
    });
    expect(textOf('history-filters')).toContain('4 filters');
  });

  test('are still to be seen when the screen was left and is there again', async () => {
    await open();
    await press('history-filters');
    await type('history-from', '2026-11-03');
    await type('history-until', '2026-11-04');
    await pass(0);
    await clear();
    await open();
    await press('history-filters');
    const day = (name: string) => (find(name) as HTMLInputElement | null)?.value;
    expect([day('history-from'), day('history-until')]).toEqual(['2026-11-03', '2026-11-04']);
  });

  test('that finds nothing says so and goes back', async () => {
    await open({ history: ({ query: of }) => ((of as HistoryQuery).text === '' ? history(null, 5) : { rows: [], next: null }) });
    await type('history-search', 'zzz');
    await pass(121);
    await pass(0);
    expect(find('history-no-match')).not.toBeNull();
    await press('history-reset');
    await pass(0);
    expect(rows()).toHaveLength(5);
  });

  test('an answer that comes late does not show under another search', async () => {
    let answer: (page: unknown) => void = () => undefined;
    await open({
      history: ({ query: of }) => ((of as HistoryQuery).text === 'slow' ? new Promise((done) => (answer = done)) : history(null, 3)),
    });
    await type('history-search', 'slow');
    await pass(121);
    await type('history-search', 'quick');
    await pass(121);
    await pass(0);
    answer({ rows: [], next: null });
    await pass(0);
    expect(rows()).toHaveLength(3);
  });
});

test('empty, says what will stand here', async () => {
  await open({ history: () => ({ rows: [], next: null }) });
  expect(textOf('history-empty')).toContain('No sessions yet');
});

test('broken, says so and tries again', async () => {
  let broken = true;
  await open({
    history: () => {
      if (broken) throw { code: 'history_unavailable', message: '', field: null } as unknown as Error;
      return history(null, 2);
    },
  });
  expect(find('error-history')?.getAttribute('role')).toBe('alert');
  broken = false;
  await press('history-retry');
  await settle();
  expect(rows()).toHaveLength(2);
});

test('the chart has words for those who hear it, and its bars add up', async () => {
  await open();
  expect(textOf('history-chart')).toContain('5 November: 3 matched');
  expect(textOf('history-median')).toContain('0:27');
  const drawn = bars([{ day: '2026-11-05', matched: 1, failed: 1, unfinished: 2 }]);
  expect(drawn.reduce((sum, { height }) => sum + height, 0)).toBe(40);
  expect(drawn.at(-1)?.y).toBe(0);
});

test('an export says where it is and how much is in it', async () => {
  const asked = await open({ export_history: () => ({ path: '/home/dana/history.csv', count: 130 }) });
  await press('export-csv');
  await settle();
  expect(asked).toContainEqual(['export_history', { query: everything, format: 'csv' }]);
  expect(textOf('exported')).toContain('130 sessions');
  expect(textOf('exported-path')).toBe('/home/dana/history.csv');
});

test.each([
  [{ is: 'whole', records: 128, unsealed: 2 }, ['128 records', '2 finished records']],
  [{ is: 'broken', row: 812, created_at: null }, ['record 812']],
  [{ is: 'key_unavailable' }, ['keyring']],
])('a check says what it found: %j', async (found, words) => {
  await open({ verify_history: () => found });
  await press('verify');
  await settle();
  expect(find('integrity')?.dataset['is']).toBe(found.is);
  for (const word of words) expect(textOf('integrity')).toContain(word);
});
