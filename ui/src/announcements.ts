/**
 * Which sentences a change of the view is worth, and which a countdown: pure, so that what can be heard is tested like what can
 * be seen. Rests on what the engine says has happened, never on what should.
 */

import type { Progress, SessionView, View } from './bindings.ts';
import { sessionName } from './text/format.ts';
import { text } from './text/index.ts';

/** Seconds left at which the remaining time is said. */
const MARKS = [60, 30, 10];

/** Said about a change from one view to the next. */
export function announcements(before: View, after: View): string[] {
  const several = after.sessions.length > 1;
  return after.sessions.flatMap((session) => {
    const previous = before.sessions.find(({ id }) => id === session.id);
    if (previous === undefined) return [];
    return changes(previous, session).map((line) => text.announce.about(several ? sessionName(session) : '', line));
  });
}

const steps: Partial<Record<Progress, 'opened' | 'confirmed' | 'viewed'>> = { opened: 'opened', confirmed: 'confirmed', viewed: 'viewed' };

/** Endings and alarms are alerts where they stand, for the open card; here they are said for every card. */
function changes(before: SessionView, after: SessionView): string[] {
  const lines: string[] = [];
  const step = steps[after.progress];
  if (after.progress !== before.progress && after.outcome === null && step !== undefined) lines.push(step === 'viewed' && after.typed ? text.typed.announce : text.announce[step]);
  if (after.outcome !== null && before.outcome === null) lines.push(text.outcomes[after.outcome].title);
  if (after.open_refused > before.open_refused) lines.push(text.stolen.title);
  if (after.ttl_secs > before.ttl_secs) lines.push(text.announce.extended);
  if (after.reconnecting !== before.reconnecting && after.outcome === null) {
    lines.push(after.reconnecting ? text.announce.offline : text.announce.online);
  }
  return lines;
}

/** The mark the countdown has just come down to, if any; a jump far past a mark is not worth a sentence. */
export function markPassed(before: number, now: number): number | null {
  return MARKS.find((mark) => before > mark && now <= mark && now > mark - 3) ?? null;
}
