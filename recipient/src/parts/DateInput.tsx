/**
 * A date in three inputs, the month by its name: day and month cannot be mixed up, whatever the reader's country writes
 * first. Hands over `YYYY-MM-DD`, or something that is no date while it is incomplete.
 */

import { useSignal } from '@preact/signals';
import type { TargetedFocusEvent } from 'preact';
import type { Entry } from '../fields.ts';
import { months } from '../text/format.ts';
import { asciiDigits } from '../protocol/unicode.ts';
import { text } from '../text/index.ts';
import { Hint } from './FieldInput.tsx';

interface Props {
  readonly entry: Entry;
  readonly ids: { readonly input: string; readonly hint: string; readonly reading: string };
  /** Class of the legend. */
  readonly label: string;
  readonly invalid: boolean;
}

type Parts = readonly [year: string, month: string, day: string];

export function DateInput({ entry: { field, typed, judged }, ids, label, invalid }: Props) {
  const t = text.value.field;
  const parts = useSignal<Parts>(partsOf(typed.peek()));
  const set = (place: 0 | 1 | 2, part: string) => {
    const next: [string, string, string] = [...parts.value];
    next[place] = asciiDigits(part).trim();
    parts.value = next;
    typed.value = dateOf(next);
  };
  const onFocusOut = (event: TargetedFocusEvent<HTMLFieldSetElement>) => {
    const stays = event.relatedTarget instanceof Node && event.currentTarget.contains(event.relatedTarget);
    if (!stays && typed.value !== '') judged.value = true;
  };
  const [year, month, day] = parts.value;
  const describedBy = `${ids.hint} ${ids.reading}`;
  return (
    <fieldset class="date" data-testid={ids.input} aria-describedby={describedBy} onFocusOut={onFocusOut}>
      <legend class={label}>
        <bdi>{field.name}</bdi>
      </legend>
      <Hint id={ids.hint} hint={field.hint} />
      <div class="date-row">
        <Digits
          id={ids.input}
          part="day"
          label={t.day}
          size={2}
          value={day}
          invalid={invalid}
          set={(v) => {
            set(2, v);
          }}
        />
        <Month
          id={ids.input}
          value={month}
          invalid={invalid}
          set={(v) => {
            set(1, v);
          }}
        />
        <Digits
          id={ids.input}
          part="year"
          label={t.year}
          size={4}
          value={year}
          invalid={invalid}
          set={(v) => {
            set(0, v);
          }}
        />
      </div>
    </fieldset>
  );
}

interface PartProps {
  readonly id: string;
  readonly value: string;
  readonly invalid: boolean;
  readonly set: (part: string) => void;
}

interface DigitsProps extends PartProps {
  readonly part: 'day' | 'year';
  readonly label: string;
  readonly size: number;
}

function Digits({ id, part, label, size, value, invalid, set }: DigitsProps) {
  // The day carries the field's own id, so that "mend this field" leads to the first input.
  const name = part === 'day' ? id : `${id}-${part}`;
  return (
    <div class={part}>
      <label for={name}>{label}</label>
      <input
        id={name}
        data-testid={`${id}-${part}`}
        class="input"
        type="text"
        inputmode="numeric"
        autocomplete="off"
        maxLength={size}
        value={value}
        aria-invalid={invalid}
        onInput={(event) => {
          set(event.currentTarget.value);
        }}
      />
    </div>
  );
}

function Month({ id, value, invalid, set }: PartProps) {
  const name = `${id}-month`;
  return (
    <div class="month">
      <label for={name}>{text.value.field.month}</label>
      <select
        id={name}
        data-testid={name}
        class="input"
        aria-invalid={invalid}
        value={value}
        onChange={(event) => {
          set(event.currentTarget.value);
        }}
      >
        <option value="" />
        {months(text.value).map((month, place) => {
          const number = String(place + 1).padStart(2, '0');
          return (
            <option key={number} value={number}>
              {month}
            </option>
          );
        })}
      </select>
    </div>
  );
}

/** What a date that came with the link is made of; empty parts if it is none. */
function partsOf(typed: string): Parts {
  const found = /^\s*(\d{4})-(\d{2})-(\d{2})\s*$/.exec(typed);
  return [found?.[1] ?? '', found?.[2] ?? '', found?.[3] ?? ''];
}

function dateOf([year, month, day]: Parts): string {
  if (year === '' && month === '' && day === '') return '';
  return `${year}-${month}-${day.padStart(2, '0')}`;
}
