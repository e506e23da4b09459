import { describe, expect, test } from 'vitest';
import { ended, session, view } from '../dev/views.ts';
import { announcements, markPassed } from './announcements.ts';
import { text } from './text/index.ts';

describe('a change of the view', () => {
  const before = view({ sessions: [session('waiting')] });

  test('without anything new says nothing', () => {
    expect(announcements(before, view({ sessions: [session('waiting', { remaining_ms: 5000 })] }))).toEqual([]);
  });

  test('says how far the customer has come', () => {
    expect(announcements(before, view({ sessions: [session('opened')] }))).toEqual([text.announce.opened]);
    expect(announcements(before, view({ sessions: [session('viewed')] }))).toEqual([text.announce.viewed]);
  });

  test('says an ending once, and not the step before it', () => {
    const after = view({ sessions: [ended('opened', 'value_refused')] });
    expect(announcements(before, after)).toEqual([text.outcomes.value_refused.title]);
    expect(announcements(after, after)).toEqual([]);
  });

  test('says that somebody else tried the link, each time', () => {
    const once = view({ sessions: [session('opened', { open_refused: 1 })] });
    const twice = view({ sessions: [session('opened', { open_refused: 2 })] });
    expect(announcements(view({ sessions: [session('opened')] }), once)).toEqual([text.stolen.title]);
    expect(announcements(once, twice)).toEqual([text.stolen.title]);
  });

  test('says that the connection is lost and back', () => {
    const lost = view({ sessions: [session('waiting', { reconnecting: true })] });
    expect(announcements(before, lost)).toEqual([text.announce.offline]);
    expect(announcements(lost, before)).toEqual([text.announce.online]);
  });

  test('names the session where several are open', () => {
    const other = session('opened', { id: 'other', subject: 'Refund 77' });
    const lines = announcements(view({ sessions: [session('waiting'), other] }), view({ sessions: [session('opened'), other] }));
    expect(lines).toEqual([`Ticket 4812: ${text.announce.opened}`]);
  });

  test('never says a field’s value or a passcode: it has none to say', () => {
    const said = announcements(before, view({ sessions: [session('revealed')] })).join(' ');
    expect(said).not.toMatch(/\d/u);
  });
});

describe('the countdown', () => {
  test('is said at 60, 30 and 10 seconds, once each', () => {
    const said: number[] = [];
    for (let seconds = 90; seconds > 0; seconds -= 1) {
      const mark = markPassed(seconds, seconds - 1);
      if (mark !== null) said.push(mark);
    }
    expect(said).toEqual([60, 30, 10]);
  });

  test('is said when a tick was missed, not when the mark is long past', () => {
    expect(markPassed(62, 59)).toBe(60);
    expect(markPassed(70, 45)).toBeNull();
    expect(markPassed(40, 70)).toBeNull();
  });
});
