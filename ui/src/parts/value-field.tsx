/**
 * The input for one value, with how it was understood or why it was refused below it. The value stands in the input and
 * nowhere else; reading it back is the engine's work.
 */

import { useSignal } from '@preact/signals';
import type { ComponentProps, JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { commands } from '../bindings.ts';
import type { FieldSpec, Kind, ReadingView, Refused } from '../bindings.ts';
import { ask } from '../engine.ts';
import { refusal } from '../form.ts';
import { country, readingText } from '../text/format.ts';
import { text } from '../text/index.ts';
import { refusalText } from '../text/refusal.ts';
import { DateInput } from './date-input.tsx';
import { Icon } from './icons.tsx';

const READ_AFTER_MS = 120;

const keyboards: Record<Exclude<Kind, 'date'>, ComponentProps<'input'>> = {
  text: { type: 'text' },
  phone: { type: 'tel' },
  email: { type: 'text', inputMode: 'email' },
  code: { type: 'text', autoCapitalize: 'characters' },
  number: { type: 'text', inputMode: 'decimal' },
};

interface Props {
  readonly index: number;
  readonly field: FieldSpec;
  readonly label: string;
}

export function ValueField({ index, field, label }: Props): JSX.Element {
  const group = useRef<HTMLDivElement>(null);
  const { reading, failed, left, read, leave } = useReading(field.kind);
  const start = refusal.value?.field === index ? refusal.value : null;
  const error = start ?? (left.value ? failed.value : null);
  useEffect(() => {
    // a field of one's own has changed its type
    read(group.current?.querySelector<HTMLInputElement>(`[name="value-${index}"]`)?.value ?? '');
  }, [field.kind]);
  const shared = {
    index,
    invalid: error !== null,
    describedBy: `below-${index}`,
    onValue: (value: string) => {
      if (start !== null) refusal.value = null;
      read(value);
    },
    onLeave: leave,
  };
  return (
    <div class="group" ref={group}>
      <label class="label" for={`value-${index}`}>
        {label} {field.hint !== '' && <small>{field.hint}</small>}
      </label>
      {field.kind === 'date' ? <DateInput {...shared} label={label} /> : <TextInput {...shared} kind={field.kind} />}
      <div id={`below-${index}`} class="below" aria-live="polite">
        <Below index={index} kind={field.kind} error={error} reading={reading.value} />
      </div>
    </div>
  );
}

interface TextProps {
  readonly index: number;
  readonly kind: Exclude<Kind, 'date'>;
  readonly invalid: boolean;
  readonly describedBy: string;
  readonly onValue: (value: string) => void;
  readonly onLeave: () => void;
}

function TextInput({ index, kind, invalid, describedBy, onValue, onLeave }: TextProps): JSX.Element {
  return (
    <input
      {...keyboards[kind]}
      id={`value-${index}`}
      name={`value-${index}`}
      class="input value"
      data-testid={`value-${index}`}
      autocomplete="off"
      spellcheck={false}
      aria-invalid={invalid}
      aria-describedby={describedBy}
      onInput={(event) => {
        onValue(event.currentTarget.value);
      }}
      onBlur={onLeave}
    />
  );
}

interface BelowProps {
  readonly index: number;
  readonly kind: Kind;
  readonly error: Refused | null;
  readonly reading: ReadingView | null;
}

function Below({ index, kind, error, reading }: BelowProps): JSX.Element | null {
  if (error !== null) {
    return (
      <p class="error" data-testid={`error-${index}`}>
        <Icon shape="alert" />
        {refusalText(error, kind)}
      </p>
    );
  }
  const understood = reading === null ? '' : readingText(reading);
  if (reading === null || understood === '') return null;
  const doubtful = reading.as === 'phone' && !reading.valid;
  return (
    <p class={doubtful ? 'reading doubtful' : 'reading'} data-testid={`reading-${index}`} data-valid={!doubtful}>
      <Icon shape={doubtful ? 'alert' : 'check'} />
      <span>
        {understood}
        {doubtful && <b> {text.reading.phoneInvalid(country(reading.region))}</b>}
      </span>
    </p>
  );
}

/** Asks the engine how a value reads, a moment after the last key. What it refuses is shown once the field is left. */
function useReading(kind: Kind) {
  const reading = useSignal<ReadingView | null>(null);
  const failed = useSignal<Refused | null>(null);
  const left = useSignal(false);
  const asked = useRef(0);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  const answer = async (value: string, question: number) => {
    const { value: read, refused } = await ask(commands.readValue(kind, value));
    if (question !== asked.current) return; // another key was pressed meanwhile
    reading.value = read;
    failed.value = refused;
  };
  const read = (value: string) => {
    asked.current += 1;
    const question = asked.current;
    clearTimeout(timer.current);
    if (value === '') {
      reading.value = null;
      failed.value = null;
      left.value = false;
    } else timer.current = setTimeout(() => void answer(value, question), READ_AFTER_MS);
  };
  const leave = () => {
    left.value = true;
  };
  useEffect(
    () => () => {
      asked.current += 1;
      clearTimeout(timer.current);
    },
    [],
  );
  return { reading, failed, left, read, leave };
}
