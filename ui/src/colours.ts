/**
 * Which colour stands for which session, so that a link is not pasted into the wrong chat: from the subject, but never one that
 * another open card has. A session keeps its colour as long as its card is open.
 */

import type { SessionView } from './bindings.ts';
import { sessionName } from './text/format.ts';

/** How many colours the style sheet has (`.tint-0` to `.tint-7`). */
export const PALETTE = 8;

type Named = Pick<SessionView, 'id' | 'subject' | 'template'>;

/** The colours for these sessions, given those before. */
export function assignColours(before: ReadonlyMap<string, number>, sessions: readonly Named[]): ReadonlyMap<string, number> {
  const after = new Map<string, number>();
  for (const { id } of sessions) {
    const kept = before.get(id);
    if (kept !== undefined) after.set(id, kept);
  }
  for (const session of sessions) {
    if (!after.has(session.id)) after.set(session.id, freeColour(new Set(after.values()), sessionName(session)));
  }
  return after;
}

function freeColour(taken: ReadonlySet<number>, name: string): number {
  const first = place(name);
  for (let step = 0; step < PALETTE; step += 1) {
    const colour = (first + step) % PALETTE;
    if (!taken.has(colour)) return colour;
  }
  return first; // more cards than colours: the initials still differ
}

function place(name: string): number {
  let hash = 0;
  for (const character of name) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 65521;
  return hash % PALETTE;
}
