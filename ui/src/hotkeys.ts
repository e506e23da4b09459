/**
 * Single-key shortcuts. A button that shows a key carries it as `data-hotkey`, and pressing the key presses the button: what is
 * shown and what works cannot differ. Keys typed into a field are left alone.
 */

interface Key {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly repeat: boolean;
  readonly isComposing: boolean;
}

/** The name under which a button would carry this key, or `null` where the key is not for buttons. */
export function hotkeyOf(event: Key): string | null {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.isComposing) return null;
  if (event.key === '=') return '+'; // the same key without shift on many layouts
  return event.key.length === 1 ? event.key.toLowerCase() : event.key;
}

/** Whether keys go into this element as text. */
export function takesText(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !['checkbox', 'radio', 'button'].includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || target.isContentEditable;
}

/** Presses the button within `root` that shows this key. Says whether there was one. */
export function pressHotkey(root: ParentNode, event: KeyboardEvent): boolean {
  const key = hotkeyOf(event);
  if (key === null || takesText(event.target)) return false;
  for (const button of root.querySelectorAll<HTMLElement>('[data-hotkey]')) {
    if (button.dataset['hotkey'] !== key || button.hasAttribute('disabled')) continue;
    button.click();
    return true;
  }
  return false;
}
