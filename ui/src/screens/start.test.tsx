import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { view } from '../../dev/views.ts';
import type { Refused, StartRequest } from '../bindings.ts';
import { App } from '../app.tsx';
import { chooseTemplate } from '../form.ts';
import { navigate, screen } from '../state.ts';
import { clear, draw, engine, find, key, press, settle, show, textOf, type, valueOf } from '../testing/face.tsx';
import { StartScreen } from './start.tsx';

const refused = (code: Refused['code'], field: number | null): Refused => ({ code, message: '', field });
const pass = (ms: number) => settle(() => vi.advanceTimersByTimeAsync(ms));

beforeEach(async () => {
  vi.useFakeTimers();
  screen.value = 'start';
  await show(view());
  chooseTemplate('phone');
});

afterEach(async () => {
  await clear();
  vi.useRealTimers();
});

describe('starting', () => {
  test('sends what was typed, opens the card, and keeps no value', async () => {
    const asked = engine({ start: () => 'new-session' });
    await draw(<StartScreen />);
    await type('value-0', '06 12 34 56 78');
    await type('subject', 'Ticket 4812');
    await press('start');
    await settle();
    const [, args] = asked.find(([command]) => command === 'start') ?? [];
    const { request } = args as { request: StartRequest };
    expect(request.fields[0]?.value).toBe('06 12 34 56 78');
    expect(request.subject).toBe('Ticket 4812');
    expect(screen.value).toBe('live');
    expect([valueOf('value-0'), valueOf('subject')]).toEqual(['', '']);
    expect(document.body.textContent).not.toContain('12 34 56');
  });

  test('a refusal lands at its field and nothing typed is lost', async () => {
    engine({
      start: () => {
        throw refused('value_empty', 1) as unknown as Error;
      },
    });
    chooseTemplate('birth-postcode');
    await draw(<StartScreen />);
    await type('value-0', '1990-03-06');
    await press('start');
    await settle();
    expect(textOf('error-1')).not.toBe('');
    expect(find('error-0')).toBeNull();
    expect(document.activeElement?.id).toBe('value-1');
    expect(document.querySelector<HTMLInputElement>('[name="value-0"]')?.value).toBe('1990-03-06');
    await type('value-1', '7');
    expect(find('error-1')).toBeNull();
  });

  test('offline, the form stays and says so', async () => {
    engine({
      start: () => {
        throw refused('offline', null) as unknown as Error;
      },
    });
    await draw(<StartScreen />);
    await type('value-0', '0612345678');
    await press('start');
    await settle();
    expect(textOf('error-form')).toContain('No connection');
    expect(valueOf('value-0')).toBe('0612345678');
    expect(screen.value).toBe('start');
  });

  test('twice pressed starts once', async () => {
    const asked = engine({ start: () => new Promise(() => undefined) });
    await draw(<StartScreen />);
    await press('start');
    await key('Enter', { ctrlKey: true });
    expect(asked.filter(([command]) => command === 'start')).toHaveLength(1);
  });

  test('goes by Ctrl+Enter from anywhere, and by Enter from the last value only', async () => {
    const asked = engine({
      start: () => {
        throw refused('offline', null) as unknown as Error;
      },
    });
    const starts = () => asked.filter(([command]) => command === 'start').length;
    chooseTemplate('scratch');
    await draw(<StartScreen />);
    await key('Enter', {}, find('field-name-0') ?? document);
    expect(starts()).toBe(0);
    expect(document.activeElement).toBe(find('field-kind-0'));
    await key('Enter', {}, find('value-0') ?? document);
    await settle();
    expect(starts()).toBe(1);
    await key('Enter', { ctrlKey: true });
    await settle();
    expect(starts()).toBe(2);
  });
});

describe('the reading under a value', () => {
  const phone = { as: 'phone', international: '+33 6 12 34 56 78', region: 'FR', valid: true } as const;

  test('comes a moment after the last key, asked once', async () => {
    const asked = engine({ read_value: () => phone });
    await draw(<StartScreen />);
    await type('value-0', '06');
    await pass(60);
    await type('value-0', '0612345678');
    await pass(119);
    expect(asked).toHaveLength(0);
    await pass(1);
    expect(asked).toEqual([['read_value', { kind: 'phone', value: '0612345678' }]]);
    expect(textOf('reading-0')).toContain('France · +33 6 12 34 56 78');
  });

  test('warns of a number that is not in use', async () => {
    engine({ read_value: () => ({ ...phone, valid: false }) });
    await draw(<StartScreen />);
    await type('value-0', '0612345678');
    await pass(150);
    expect(find('reading-0')?.dataset['valid']).toBe('false');
  });

  test('does not scold while one types, only once the field is left', async () => {
    engine({
      read_value: () => {
        throw refused('value_not_of_kind', 0) as unknown as Error;
      },
    });
    await draw(<StartScreen />);
    find('value-0')?.focus();
    await type('value-0', '06');
    await pass(150);
    expect(find('error-0')).toBeNull();
    find('subject')?.focus();
    await settle();
    expect(textOf('error-0')).toContain('phone number');
  });
});

describe('a date', () => {
  test('typed as a whole is spread over its parts', async () => {
    engine({});
    chooseTemplate('birth-postcode');
    await draw(<StartScreen />);
    await type('value-0', '1990-03-06');
    const parts = [...document.querySelectorAll<HTMLInputElement>('[data-part]')].map(({ value }) => value);
    expect(parts).toEqual(['6', '3', '1990', '1990-03-06']);
  });

  test('in parts keeps day and month apart', async () => {
    engine({});
    chooseTemplate('birth-postcode');
    await draw(<StartScreen />);
    await type('value-0', '6');
    await type('value-0-month', '3');
    await type('value-0-year', '1990');
    expect(document.querySelector<HTMLInputElement>('[name="value-0"]')?.value).toBe('1990-03-06');
  });
});

test('the picker chooses by keyboard, and Escape leaves things as they were', async () => {
  engine({});
  await draw(<StartScreen />);
  const picker = find('template') ?? document;
  await type('template', 'ord');
  await key('Enter', {}, picker);
  expect(valueOf('template')).toBe('Order number');
  await key('ArrowDown', {}, picker);
  await key('ArrowDown', {}, picker);
  await key('Escape', {}, picker);
  expect(valueOf('template')).toBe('Order number');
  expect(find('template-option-phone')).toBeNull();
});

test('asked from outside, takes the template and puts the cursor into its first value', async () => {
  engine({});
  await draw(<StartScreen />);
  await settle();
  navigate('start', 'order');
  await settle();
  await pass(50);
  expect(valueOf('template')).toBe('Order number');
  expect(document.activeElement).toBe(find('value-0'));
});

describe('a link from outside', () => {
  const fill = (what: unknown) => ({ take_fill: () => what });

  test('fills the form, starts nothing, and leads to the button', async () => {
    const asked = engine(fill({ what: 'start', template: 'order', subject: 'Ticket 9', value: 'A-77', began: 'organization' }));
    await draw(<StartScreen />);
    await show(view({ fill_waiting: true }));
    await settle();
    await pass(50);
    expect([valueOf('template'), valueOf('subject'), valueOf('value-0')]).toEqual(['Order number', 'Ticket 9', 'A-77']);
    expect((find('began-organization') as HTMLInputElement).checked).toBe(true);
    expect(document.activeElement).toBe(find('start'));
    expect(asked.filter(([command]) => command === 'start')).toEqual([]);
    await show(view());
  });

  test('without a value puts the cursor where it goes', async () => {
    engine(fill({ what: 'start', template: 'customer', subject: null, value: null, began: null }));
    await draw(<StartScreen />);
    await show(view({ fill_waiting: true }));
    await settle();
    await pass(50);
    expect(valueOf('template')).toBe('Customer number');
    expect(document.activeElement).toBe(find('value-0'));
    await show(view());
  });

  test('malformed, says one line and fills nothing', async () => {
    engine(fill({ what: 'malformed' }));
    await draw(<App />);
    await show(view({ fill_waiting: true }));
    await settle();
    await pass(50);
    expect(find('fill-malformed')?.getAttribute('role')).toBe('alert');
    expect([valueOf('subject'), valueOf('value-0')]).toEqual(['', '']);
    await press('fill-close');
    expect(find('fill-malformed')).toBeNull();
    await show(view());
  });
});

test('a subject that looks identifying is warned about, a moment after the last key', async () => {
  engine({ check_subject: ({ subject }) => (subject === 'jo@x.example' ? 'email' : null) });
  await draw(<StartScreen />);
  await type('subject', 'jo@x.example');
  expect(find('subject-warning')).toBeNull();
  await pass(250);
  expect(find('subject-warning')?.dataset['looks']).toBe('email');
  await type('subject', 'Ticket 1');
  await pass(250);
  expect(find('subject-warning')).toBeNull();
});

test('the star asks for the opposite of what is', async () => {
  const asked = engine({});
  await draw(<StartScreen />);
  expect(find('favourite')?.getAttribute('aria-pressed')).toBe('true');
  await press('favourite');
  expect(asked).toContainEqual(['favour_template', { template: 'phone', on: false }]);
});

test('own fields become a template without their values', async () => {
  const asked = engine({ save_template: () => 'new' });
  chooseTemplate('scratch');
  await draw(<StartScreen />);
  await type('field-name-0', 'Meter number');
  await type('value-0', '12345');
  await press('save-template');
  await type('save-template-name', ' Meter ');
  await press('save-template-confirm');
  await settle();
  const [, args] = asked.find(([command]) => command === 'save_template') ?? [];
  expect(args).toEqual({ draft: { id: null, name: 'Meter', fields: [{ name: 'Meter number', kind: 'text', hint: '' }], began: 'organization' } });
  expect(textOf('template-saved')).toContain('Meter');
  expect(valueOf('value-0')).toBe('12345');
});

test('the duration begins as preferred', async () => {
  engine({});
  await show(view({ preferences: { ...view().preferences, ttl_secs: 45 } }));
  await draw(<StartScreen />);
  expect(valueOf('ttl-custom')).toBe('45');
});
