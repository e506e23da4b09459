import { expect, it } from 'vitest';
import { sessionIdFromText, sessionIdToText } from './protocol/ids.ts';
import { SESSION_ID } from './protocol/testing/samples.ts';
import { routeOf } from './route.ts';

it('knows sessions', () => {
  const session = { to: 'session', handle: 'acme', id: sessionIdFromText(SESSION_ID) };
  expect(routeOf(`/acme/${SESSION_ID}`)).toEqual(session);
  expect(routeOf(`/acme/${SESSION_ID}/`)).toEqual(session);
  expect(routeOf(`/acme/${SESSION_ID.toUpperCase()}`)).toEqual(session);
  expect(sessionIdToText(session.id)).toBe(SESSION_ID);
});

it('knows organizations', () => {
  expect(routeOf('/Acme')).toEqual({ to: 'organization', handle: 'acme' });
  expect(routeOf('/acme')).toEqual({ to: 'organization', handle: 'acme' });
  expect(routeOf('/acme/')).toEqual({ to: 'organization', handle: 'acme' });
});

it.each(['/acme/nonsense', `/acme/${SESSION_ID}/more`, '/acme//', `/acme/${SESSION_ID.slice(1)}`])(
  'takes %s for an invalid session',
  (path) => {
    expect(routeOf(path)).toEqual({ to: 'session', handle: 'acme', id: null });
  },
);

it.each(['/', '//', '/%2e%2e/x', '/a%20b'])('takes %s for an invalid session of nobody', (path) => {
  expect(routeOf(path)).toEqual({ to: 'session', handle: '', id: null });
});
