/**
 * What the address asks for. `/{handle}/{session_id}` is a session, `/{handle}` the organization's page; an id that cannot be
 * one is an invalid session like any other, so that the page's answer does not tell them apart.
 */

import { type SessionId, sessionIdFromText } from './protocol/ids.ts';

export type Route =
  | { readonly to: 'organization'; readonly handle: string }
  /** `id` is `null` for an id that cannot be one. */
  | { readonly to: 'session'; readonly handle: string; readonly id: SessionId | null };

export function routeOf(pathname: string): Route {
  const [typed = '', id, ...rest] = pathname.replace(/^\//, '').replace(/\/$/, '').split('/');
  // Whoever types an address may begin it with a capital, as some keyboards do by themselves.
  const handle = typed.toLowerCase();
  if (!/^[a-z0-9][a-z0-9._-]{0,127}$/.test(handle)) return { to: 'session', handle: '', id: null };
  if (id === undefined) return { to: 'organization', handle };
  return { to: 'session', handle, id: rest.length === 0 ? idFrom(id) : null };
}

function idFrom(text: string): SessionId | null {
  try {
    return sessionIdFromText(text);
  } catch {
    return null;
  }
}
