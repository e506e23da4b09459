import { expect, test } from 'vitest';
import { history } from '../dev/views.ts';
import { joined, took } from './history-rows.ts';

const { rows } = history(null, 4);
const [first, ...rest] = rows;
if (first === undefined) throw new Error('no rows');

test('pages join newest first, in whatever order they come', () => {
  expect(joined(rest, [first]).map(({ row }) => row)).toEqual(rows.map(({ row }) => row));
});

test('a row that has gone on replaces what was known of it', () => {
  const again = { ...first, outcome: 'expired' } as const;
  expect(joined(rows, [again])[0]?.outcome).toBe('expired');
  expect(joined(rows, [again])).toHaveLength(rows.length);
});

test('a session took as long as it took to compare', () => {
  expect(took({ ...first, created_at: 1000, viewed_at: 5000, ended_at: 20_400 })).toBe(19);
  expect(took({ ...first, viewed_at: null, ended_at: 20_400 })).toBeNull();
  expect(took({ ...first, viewed_at: 5000, ended_at: null })).toBeNull();
});
