import { beforeEach, expect, test, vi } from 'vitest';
import { session, view } from '../dev/views.ts';
import { chosenCard, liveCount, openSession, receive, revealWaits, view as current } from './state.ts';

let revision = 100;
const next = (...sessions: ReturnType<typeof session>[]) => {
  revision += 1;
  receive(view({ revision, sessions }), 0);
};

beforeEach(() => {
  chosenCard.value = null;
  next();
});

test('a view older than the one here is left aside', () => {
  next(session('opened'));
  receive(view({ revision: 1, sessions: [session('waiting')] }), 0);
  expect(current.value.sessions[0]?.progress).toBe('opened');
});

test('the newest card is open until another is chosen', () => {
  const [one, two] = [session('waiting', { id: 'one' }), session('waiting', { id: 'two' })];
  next(one, two);
  expect(openSession.value?.id).toBe('two');
  chosenCard.value = 'one';
  expect(openSession.value?.id).toBe('one');
  next(two);
  expect(openSession.value?.id).toBe('two');
});

test('ended sessions do not count as live', () => {
  next(session('opened', { id: 'one' }), session('opened', { id: 'two', outcome: 'expired' }));
  expect(liveCount.value).toBe(1);
});

test('a reveal waits once the customer has viewed, until it was used', () => {
  next(session('confirmed'));
  expect(revealWaits.value).toBe(false);
  next(session('viewed'));
  expect(revealWaits.value).toBe(true);
  next(session('revealed'));
  expect(revealWaits.value).toBe(false);
});

test('a window that is opened for a session shows its card, and not the newest', async () => {
  history.replaceState(null, '', '?session=one#live');
  vi.resetModules();
  const opened = await import('./state.ts');
  opened.receive(view({ revision: 1, sessions: [session('viewed', { id: 'one' }), session('viewed', { id: 'two' })] }), 0);
  expect([opened.screen.value, opened.openSession.value?.id]).toEqual(['live', 'one']);
  history.replaceState(null, '', location.pathname);
});

test('a window that is opened for something shows it at once', async () => {
  for (const [address, shown] of [['#history', 'history'], ['#live', 'live'], ['', 'start'], ['#elsewhere', 'start']] as const) {
    location.hash = address;
    vi.resetModules();
    expect((await import('./state.ts')).screen.value).toBe(shown);
  }
  location.hash = '';
});
