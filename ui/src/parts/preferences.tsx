/**
 * What the user chooses for themself. Each change is sent whole, at once; what the engine refuses is said beside what was
 * changed, and the control shows again what holds.
 */

import { useSignal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { commands } from '../bindings.ts';
import type { Language, Preferences, Refused, Theme } from '../bindings.ts';
import { ask } from '../engine.ts';
import { ttlBounds } from '../form.ts';
import { shortcutOf, shortcutText } from '../shortcut.ts';
import { view } from '../state.ts';
import { catalogues, text } from '../text/index.ts';
import { Trouble } from './history-foot.tsx';
import { Segmented } from './segmented.tsx';
import { Select } from './select.tsx';
import { Switch } from './switch.tsx';

type Name = keyof Preferences;
type Change = (part: Partial<Preferences>) => void;

interface Saving {
  readonly change: Change;
  readonly refusedAt: Name | null;
  readonly refused: Refused | null;
  /** Grows with every refusal: what was typed then gives way to what holds. */
  readonly attempt: number;
}

const themes: readonly Theme[] = ['system', 'light', 'dark', 'contrast'];
const MAC = navigator.userAgent.includes('Mac');
const DAYS = [0, 30, 90, 365, 1095];

function useSaving(): Saving {
  const failed = useSignal<{ readonly at: Name; readonly refused: Refused } | null>(null);
  const attempt = useSignal(0);
  const save = async (part: Partial<Preferences>) => {
    const [at] = Object.keys(part) as Name[];
    const { refused } = await ask(commands.setPreferences({ ...view.peek().preferences, ...part }));
    failed.value = refused === null || at === undefined ? null : { at, refused };
    if (refused !== null) attempt.value += 1;
  };
  return {
    change: (part) => void save(part),
    refusedAt: failed.value?.at ?? null,
    refused: failed.value?.refused ?? null,
    attempt: attempt.value,
  };
}

export function PreferencesPart(): JSX.Element {
  const saving = useSaving();
  return (
    <>
      <section>
        <h2>{text.settings.looks}</h2>
        <LanguageChoice {...saving} />
        <ThemeChoice {...saving} />
      </section>
      <section>
        <h2>{text.settings.behaviour}</h2>
        <OnOff {...saving} name="notifications" label={text.settings.notifications} note={text.settings.notificationsNote} />
        <OnOff {...saving} name="always_on_top" label={text.settings.onTop} note={text.settings.onTopNote} />
        <OnOff {...saving} name="autostart" label={text.settings.autostart} note={text.settings.autostartNote} />
        <Shortcut {...saving} />
        <Duration {...saving} />
        <Retention {...saving} />
      </section>
    </>
  );
}

interface FieldProps extends Saving {
  readonly name: Name;
  readonly children: ComponentChildren;
}

/** A control, and what was refused about it. */
function Field({ name, refused, refusedAt, children }: FieldProps): JSX.Element {
  return (
    <div class="group">
      {children}
      <Trouble refused={refusedAt === name ? refused : null} testid={`error-${name}`} />
    </div>
  );
}

function LanguageChoice(saving: Saving): JSX.Element {
  const { language } = view.value.preferences;
  return (
    <Field {...saving} name="language">
      <label class="label" for="language">
        {text.settings.language}
      </label>
      <Select
        id="language"
        class="input"
        data-testid="language"
        onChange={(event) => {
          saving.change({ language: event.currentTarget.value as Language });
        }}
      >
        <option value="system" selected={language === 'system'}>
          {text.settings.systemLanguage}
        </option>
        {Object.entries(catalogues).map(([code, { name }]) => (
          <option key={code} value={code} lang={code} selected={language === code}>
            {name}
          </option>
        ))}
      </Select>
    </Field>
  );
}

function ThemeChoice(saving: Saving): JSX.Element {
  return (
    <Field {...saving} name="theme">
      <Segmented
        legend={text.settings.theme}
        name="theme"
        segments={themes.map((theme) => ({ value: theme, label: text.settings.themes[theme], testid: `theme-${theme}` }))}
        chosen={view.value.preferences.theme}
        onChoose={(theme) => {
          saving.change({ theme });
        }}
      />
    </Field>
  );
}

interface OnOffProps extends Saving {
  readonly name: 'notifications' | 'always_on_top' | 'autostart';
  readonly label: string;
  readonly note: string;
}

function OnOff({ name, label, note, ...saving }: OnOffProps): JSX.Element {
  return (
    <Field {...saving} name={name}>
      <Switch
        key={saving.attempt}
        id={name}
        testid={name}
        label={label}
        note={note}
        on={view.value.preferences[name]}
        onChange={(on) => {
          saving.change({ [name]: on });
        }}
      />
    </Field>
  );
}

function Shortcut(saving: Saving): JSX.Element {
  const { shortcut } = view.value.preferences;
  return (
    <Field {...saving} name="shortcut">
      <label class="label" for="shortcut">
        {text.settings.shortcut}
      </label>
      <input
        id="shortcut"
        class="input"
        data-testid="shortcut"
        data-shortcut={shortcut}
        dir="ltr"
        readOnly
        aria-describedby="shortcut-note"
        placeholder={text.settings.shortcutNone}
        value={shortcutText(shortcut, MAC)}
        onKeyDown={(event) => {
          if (event.key === 'Tab' || event.key === 'Escape') return;
          event.preventDefault();
          const pressed = event.key === 'Backspace' || event.key === 'Delete' ? '' : shortcutOf(event, MAC);
          if (pressed !== null && pressed !== shortcut) saving.change({ shortcut: pressed });
        }}
      />
      <p id="shortcut-note" class="note">
        {text.settings.shortcutNote}
      </p>
    </Field>
  );
}

function Duration(saving: Saving): JSX.Element {
  const { min, max } = ttlBounds.value;
  return (
    <Field {...saving} name="ttl_secs">
      <label class="label" for="default-ttl">
        {text.settings.duration} <small>{text.start.secondsRange(min, max)}</small>
      </label>
      <div class="input-row unit">
        <input
          key={saving.attempt}
          id="default-ttl"
          class="input"
          data-testid="default-ttl"
          inputMode="numeric"
          autocomplete="off"
          value={String(view.value.preferences.ttl_secs)}
          onChange={(event) => {
            const seconds = Number(event.currentTarget.value.replace(/\D/gu, ''));
            if (seconds !== view.peek().preferences.ttl_secs) saving.change({ ttl_secs: seconds });
          }}
        />
        <span>{text.start.secondsUnit}</span>
      </div>
    </Field>
  );
}

function Retention(saving: Saving): JSX.Element {
  const { history_days } = view.value.preferences;
  const offered = DAYS.includes(history_days) ? DAYS : [...DAYS, history_days];
  return (
    <Field {...saving} name="history_days">
      <label class="label" for="history-days">
        {text.settings.history}
      </label>
      <Select
        key={saving.attempt}
        id="history-days"
        class="input"
        data-testid="history-days"
        aria-describedby="history-days-note"
        onChange={(event) => {
          saving.change({ history_days: Number(event.currentTarget.value) });
        }}
      >
        {offered.map((days) => (
          <option key={days} value={String(days)} selected={days === history_days}>
            {text.settings.historyFor[days] ?? text.settings.historyDays(days)}
          </option>
        ))}
      </Select>
      <p id="history-days-note" class="note">
        {text.settings.historyNote}
      </p>
    </Field>
  );
}
