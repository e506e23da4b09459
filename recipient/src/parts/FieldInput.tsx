/**
 * One field: label, hint, the input with the right keyboard, and under it how the value was understood
 * (`docs/protocol.md` §3: shown before it is used).
 */

import type { TargetedInputEvent } from 'preact';
import type { Entry } from '../fields.ts';
import type { Kind } from '../protocol/canonical.ts';
import { text } from '../text/index.ts';
import { DateInput } from './DateInput.tsx';
import { Cross, Tick, Warning } from './icons.tsx';
import { describe, type Description } from './understood.ts';

interface Props {
  readonly entry: Entry;
  /** From 0; part of every id. */
  readonly place: number;
  /** Whether the step's heading is this field's label already. */
  readonly headed: boolean;
}

export function FieldInput({ entry, place, headed }: Props) {
  const { field } = entry;
  const description = describe(entry, text.value);
  const ids = { input: `field-${place}`, hint: `hint-${place}`, reading: `reading-${place}` };
  const label = headed ? 'unseen' : 'label';
  const describedBy = `${ids.hint} ${ids.reading}`;
  const invalid = description.tone === 'bad';
  return (
    <div class="field">
      {field.kind === 'date' ? (
        <DateInput entry={entry} ids={ids} label={label} invalid={invalid} />
      ) : (
        <>
          <label class={label} for={ids.input}>
            <bdi>{field.name}</bdi>
          </label>
          <Hint id={ids.hint} hint={field.hint} />
          <TextInput entry={entry} kind={field.kind} id={ids.input} describedBy={describedBy} invalid={invalid} />
        </>
      )}
      <Understood id={ids.reading} description={description} />
    </div>
  );
}

export function Hint({ id, hint }: { readonly id: string; readonly hint: string }) {
  return (
    <p id={id} class="hint">
      {hint === '' ? null : <bdi>{hint}</bdi>}
    </p>
  );
}

interface InputProps {
  readonly entry: Entry;
  readonly kind: Exclude<Kind, 'date'>;
  readonly id: string;
  readonly describedBy: string;
  readonly invalid: boolean;
}

function TextInput({ entry: { typed, judged }, kind, id, describedBy, invalid }: InputProps) {
  const onInput = (event: TargetedInputEvent<HTMLInputElement>) => {
    typed.value = event.currentTarget.value;
  };
  const onBlur = () => {
    if (typed.value !== '') judged.value = true;
  };
  const common = {
    id,
    'data-testid': id,
    class: 'input',
    ...KEYBOARD[kind],
    // A browser may offer what it knows. Of what is typed it is to keep nothing: it writes the content of inputs to disk, to restore
    // them, but not where they say `off`.
    autocomplete: typed.value === '' ? KEYBOARD[kind].autocomplete : 'off',
    autocapitalize: 'off',
    autocorrect: 'off',
    spellcheck: false,
    enterkeyhint: 'go',
    dir: LEFT_TO_RIGHT.includes(kind) ? 'ltr' : 'auto',
    value: typed.value,
    'aria-describedby': describedBy,
    'aria-invalid': invalid,
    onInput,
    onBlur,
  } as const;
  return kind === 'phone' ? <input type="tel" {...common} /> : <input type="text" {...common} />;
}

/** Written from left to right in every script's company. */
const LEFT_TO_RIGHT: readonly Kind[] = ['phone', 'email', 'number'];

/** All but the phone's are of type text: type=email rewrites what was typed, type=number hides what it cannot read. */
const KEYBOARD = {
  text: { inputmode: 'text', autocomplete: 'off' },
  phone: { inputmode: 'tel', autocomplete: 'tel' },
  email: { inputmode: 'email', autocomplete: 'email' },
  code: { inputmode: 'text', autocomplete: 'off' },
  number: { inputmode: 'decimal', autocomplete: 'off' },
} as const;

const SIGN = { good: Tick, warn: Warning, bad: Cross, quiet: null };

function Understood({ id, description }: { readonly id: string; readonly description: Description }) {
  const { tone, words } = description;
  const Sign = words === '' ? null : SIGN[tone];
  return (
    <p id={id} data-testid={id} data-tone={tone} class={`reading ${tone}-text`}>
      {Sign === null ? null : <Sign />}
      <bdi>{words}</bdi>
    </p>
  );
}
