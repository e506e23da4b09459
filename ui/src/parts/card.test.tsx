import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ended, session, view } from '../../dev/views.ts';
import type { SessionView } from '../bindings.ts';
import { announcement } from '../announcer.ts';
import { LiveScreen } from '../screens/live.tsx';
import { chosenCard, screen } from '../state.ts';
import { clear, draw, engine, find, key, press, settle, show, textOf } from '../testing/face.tsx';
import { share, urgency } from './countdown.tsx';
import { stepStates } from './steps.tsx';

const pass = (ms: number) => settle(() => vi.advanceTimersByTimeAsync(ms));
const open = async (...sessions: SessionView[]) => {
  await show(view({ sessions }));
  await draw(<LiveScreen />);
};
const revealed = { passcode: '739204', hide_after_ms: 20_000 };

beforeEach(() => {
  vi.useFakeTimers();
  screen.value = 'live';
  chosenCard.value = null;
});

afterEach(async () => {
  await clear();
  vi.useRealTimers();
});

describe('the countdown', () => {
  test('runs down between two views, and follows the next', async () => {
    engine({});
    await open(session('waiting', { remaining_ms: 61_000 }));
    expect(textOf('countdown')).toBe('1:01');
    await pass(1250);
    expect(textOf('countdown')).toBe('1:00');
    await show(view({ sessions: [session('waiting', { remaining_ms: 300_000, ttl_secs: 420 })] }));
    await pass(250);
    expect(textOf('countdown')).toBe('5:00');
  });

  test('shows a second that passes without asking for a frame', async () => {
    engine({});
    await open(session('waiting', { remaining_ms: 61_000 }), session('opened', { id: 'b', remaining_ms: 61_000 }));
    await pass(1000);
    const frames = vi.spyOn(globalThis, 'requestAnimationFrame');
    await vi.advanceTimersByTimeAsync(5000); // without the tests' own frames
    expect(textOf('countdown')).toBe('0:55');
    expect(frames).not.toHaveBeenCalled();
  });

  test('is said aloud at its marks', async () => {
    engine({});
    await open(session('waiting', { remaining_ms: 31_000 }));
    await pass(1500);
    expect(announcement.value.sentence).toBe('30 seconds left');
  });

  test('stands at 0:00 until the engine says that it is over', async () => {
    engine({});
    await open(session('waiting', { remaining_ms: 1000 }));
    await pass(5000);
    expect(textOf('countdown')).toBe('0:00');
    expect(find('outcome')).toBeNull();
  });

  test('turns at 30 and at 10 seconds', () => {
    expect([31, 30, 11, 10, 0].map(urgency)).toEqual(['calm', 'soon', 'soon', 'last', 'last']);
    expect([share(60, 120), share(200, 120), share(1, 0)]).toEqual([0.5, 1, 0]);
  });
});

describe('the steps', () => {
  const states = (of: SessionView) => stepStates(of).map(({ state }) => state).join(' ');

  test('light up as far as the session has come', () => {
    expect(states(session('creating'))).toBe('todo todo todo todo todo todo');
    expect(states(session('waiting'))).toBe('now todo todo todo todo todo');
    expect(states(session('viewed'))).toBe('done done done now todo todo');
    expect(states(ended('revealed', 'matched'))).toBe('done done done done done done');
  });

  test('stop where a session ended', () => {
    expect(states(ended('opened', 'value_refused'))).toBe('done done todo todo todo todo');
  });
});

describe('the reveal', () => {
  test('locked, asks for nothing and says why', async () => {
    const asked = engine({ reveal: () => revealed });
    await open(session('opened'));
    await press('reveal');
    await key('r');
    expect(asked).toEqual([]);
    expect(find('reveal')?.getAttribute('aria-disabled')).toBe('true');
    expect(textOf('reveal')).toContain('locked');
  });

  test('shows the code large and how to say it, and drops it after its time', async () => {
    engine({ reveal: () => revealed });
    await open(session('viewed'));
    await key('r');
    await settle();
    expect(textOf('passcode')).toBe('739 204');
    expect(textOf('read-out')).toBe('seven three nine — two zero four');
    await pass(6000);
    expect(textOf('hides')).toBe('Hides in 14 s');
    await pass(14_100);
    expect(find('passcode')).toBeNull();
    expect(document.body.textContent).not.toContain('739');
  });

  test('drops the code when the window loses focus', async () => {
    engine({ reveal: () => revealed });
    await open(session('viewed'));
    await press('reveal');
    await settle();
    window.dispatchEvent(new Event('blur'));
    await settle();
    expect(find('passcode')).toBeNull();
  });

  test('drops the code when another card is opened', async () => {
    engine({ reveal: () => revealed });
    await open(session('waiting', { id: 'one' }), session('viewed', { id: 'two' }));
    await press('reveal');
    await settle();
    expect(find('passcode')).not.toBeNull();
    await key('1');
    await key('2');
    expect(find('passcode')).toBeNull();
  });

  test('a refusal stands on the card', async () => {
    engine({
      reveal: () => {
        throw { code: 'not_viewed', message: '', field: null } as unknown as Error;
      },
    });
    await open(session('viewed'));
    await press('reveal');
    await settle();
    expect(textOf('error-card')).toContain('not seen the passcode');
    expect(find('passcode')).toBeNull();
  });
});

describe('the actions', () => {
  test('cancel at once while the link is unopened', async () => {
    const asked = engine({});
    await open(session('waiting'));
    await key('Escape');
    expect(asked.map(([command]) => command)).toEqual(['cancel']);
  });

  test('ask once where the customer has acted, and Escape goes back', async () => {
    const asked = engine({});
    await open(session('opened'));
    await key('Escape');
    expect(asked).toEqual([]);
    expect(document.activeElement).toBe(find('cancel-confirm'));
    await key('Escape');
    expect(find('cancel-confirm')).toBeNull();
    await key('Escape');
    await press('cancel-confirm');
    expect(asked.map(([command]) => command)).toEqual(['cancel']);
  });

  test('starting over asks as well where the customer has acted, not once it is over', async () => {
    const asked = engine({ recreate: () => 'fresh' });
    await open(session('opened'));
    await key('n');
    expect(asked).toEqual([]);
    await press('recreate-confirm');
    await settle();
    await open(ended('opened', 'expired', { id: 'other' }));
    await key('n');
    await settle();
    expect(asked.map(([command]) => command)).toEqual(['recreate', 'recreate']);
  });

  test('starting over is meant once, however often it is pressed while it is under way', async () => {
    let done: (id: string) => void = () => undefined;
    const underWay = new Promise<string>((resolve) => (done = resolve));
    const asked = engine({ recreate: () => underWay });
    await open(session('waiting'));
    await key('n');
    await key('n');
    done('fresh');
    await settle();
    expect(asked.map(([command]) => command)).toEqual(['recreate']);
    expect(chosenCard.value).toBe('fresh');
  });

  test('copy, add time and start over by their keys', async () => {
    const asked = engine({ copy_link: () => ({ prefilled: true }), recreate: () => 'fresh' });
    await open(session('waiting'));
    await key('c');
    await settle();
    expect(announcement.value.sentence).toContain('with the value');
    await key('+');
    await key('n');
    await settle();
    expect(asked.map(([command]) => command)).toEqual(['copy_link', 'extend', 'recreate']);
    expect(chosenCard.value).toBe('fresh');
  });

  test('close the card of an ended session', async () => {
    const asked = engine({});
    await open(ended('revealed', 'matched'));
    expect(find('recreate')).toBeNull();
    await key('Escape');
    expect(asked.map(([command]) => command)).toEqual(['dismiss']);
  });
});

describe('endings', () => {
  test('a relay is told by who said what', async () => {
    engine({});
    await open(ended('opened', 'relay_suspected', { began: 'recipient' }));
    expect(find('outcome')?.dataset['outcome']).toBe('relay_suspected');
    expect(textOf('outcome')).toContain('You said they contacted you');
    expect(find('outcome')?.getAttribute('role')).toBe('alert');
  });

  test('an expiry tells whether the link was opened', async () => {
    engine({});
    await open(ended('waiting', 'expired'));
    expect(textOf('outcome')).toContain('unopened');
    await open(ended('opened', 'expired', { id: 'other' }));
    expect(textOf('outcome')).not.toContain('unopened');
  });

  test('a link that somebody else tried is an alarm, alive or over', async () => {
    engine({});
    await open(session('opened', { open_refused: 3 }));
    expect(textOf('alarm')).toContain('3 times');
    await open(ended('opened', 'value_refused', { id: 'other', open_refused: 1 }));
    expect(find('alarm')).not.toBeNull();
    expect(find('outcome')).not.toBeNull();
  });
});
