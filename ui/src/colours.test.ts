import { expect, test } from 'vitest';
import { session } from '../dev/views.ts';
import { assignColours, PALETTE } from './colours.ts';

const named = (id: string, subject: string) => session('waiting', { id, subject });
const many = Array.from({ length: PALETTE }, (_, index) => named(String(index), 'Ticket'));

test('the same subject gets the same colour again', () => {
  const first = assignColours(new Map(), [named('a', 'Ticket 4812')]).get('a');
  expect(assignColours(new Map(), [named('b', 'Ticket 4812')]).get('b')).toBe(first);
});

test('open cards differ as long as there are colours', () => {
  expect(new Set(assignColours(new Map(), many).values()).size).toBe(PALETTE);
});

test('a card keeps its colour when others come and go', () => {
  const before = assignColours(new Map(), many);
  const last = many.at(-1);
  if (last === undefined) throw new Error('no session');
  const after = assignColours(before, [last, named('new', 'Ticket')]);
  expect(after.get(last.id)).toBe(before.get(last.id));
  expect(after.get('new')).not.toBe(after.get(last.id));
});

test('more cards than colours still all have one', () => {
  const colours = assignColours(new Map(), [...many, named('one more', 'Ticket')]);
  expect(colours.get('one more')).toBeLessThan(PALETTE);
});
