/** A key combination as the desktop names it (`CmdOrCtrl+Shift+M`). Whether it can be had is the engine's to say. */

interface Keys {
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

/** The combination pressed; `null` while only modifiers are. */
export function shortcutOf(keys: Keys, mac: boolean): string | null {
  const key = /^(?:Key([A-Z])|Digit(\d)|(F\d{1,2}|Space|Home|End|Insert|Page(?:Up|Down)|Arrow(?:Up|Down|Left|Right)))$/u.exec(keys.code);
  const name = key?.[1] ?? key?.[2] ?? key?.[3];
  if (name === undefined) return null;
  const main = mac ? keys.metaKey : keys.ctrlKey;
  const other = mac ? keys.ctrlKey : keys.metaKey;
  return [main && 'CmdOrCtrl', other && (mac ? 'Ctrl' : 'Super'), keys.altKey && 'Alt', keys.shiftKey && 'Shift', name].filter((part) => part !== false).join('+');
}

/** As it stands on the keyboard. */
export function shortcutText(shortcut: string, mac: boolean): string {
  return shortcut.replace('CmdOrCtrl', mac ? '⌘' : 'Ctrl');
}
