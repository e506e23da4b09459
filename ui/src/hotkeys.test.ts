import { afterEach, describe, expect, test } from 'vitest';
import { hotkeyOf, pressHotkey } from './hotkeys.ts';

const key = (name: string, more: KeyboardEventInit = {}) => new KeyboardEvent('keydown', { key: name, bubbles: true, ...more });

function button(hotkey: string, disabled = false): { readonly presses: () => number } {
  const element = document.createElement('button');
  element.dataset['hotkey'] = hotkey;
  element.disabled = disabled;
  let presses = 0;
  element.addEventListener('click', () => {
    presses += 1;
  });
  document.body.append(element);
  return { presses: () => presses };
}

afterEach(() => {
  document.body.replaceChildren();
});

describe('a key', () => {
  test('presses the button that shows it', () => {
    const copy = button('c');
    const reveal = button('r');
    expect(pressHotkey(document, key('C'))).toBe(true);
    expect([copy.presses(), reveal.presses()]).toEqual([1, 0]);
  });

  test('presses nothing where no button shows it, or the button is disabled', () => {
    const off = button('n', true);
    expect(pressHotkey(document, key('n'))).toBe(false);
    expect(pressHotkey(document, key('x'))).toBe(false);
    expect(off.presses()).toBe(0);
  });

  test.each([{ ctrlKey: true }, { metaKey: true }, { altKey: true }, { repeat: true }, { isComposing: true }])('with %j is not for buttons', (more) => {
    expect(hotkeyOf(key('c', more))).toBeNull();
  });

  test('plus needs no shift', () => {
    expect(hotkeyOf(key('+', { shiftKey: true }))).toBe('+');
    expect(hotkeyOf(key('='))).toBe('+');
  });

  test('typed into a field stays there, ticked on a switch does not count as typing', () => {
    const copy = button('c');
    const input = document.createElement('input');
    const tick = document.createElement('input');
    tick.type = 'checkbox';
    document.body.append(input, tick);
    for (const target of [input, tick]) {
      target.addEventListener('keydown', (event) => {
        pressHotkey(document, event);
      });
      target.dispatchEvent(key('c'));
    }
    expect(copy.presses()).toBe(1);
  });
});
