/** The input for a code or a number that was told: digits in two groups while they are typed, as the other side says them. */

import type { Signal } from '@preact/signals';
import type { TargetedInputEvent } from 'preact';
import { typedDigits } from '../flow.ts';
import { groupedInto } from '../text/format.ts';

interface Props {
  readonly id: string;
  readonly typed: Signal<string>;
  readonly digits: number;
  readonly describedBy: string;
  readonly invalid: boolean;
}

export function CodeInput({ id, typed, digits, describedBy, invalid }: Props) {
  const onInput = ({ currentTarget: input }: TargetedInputEvent<HTMLInputElement>) => {
    const before = typedDigits(input.value.slice(0, input.selectionStart ?? undefined)).length;
    const next = groupedInto(typedDigits(input.value).slice(0, digits), digits);
    input.value = next;
    const caret = groupedInto(next.replace(' ', '').slice(0, before), digits).length;
    input.setSelectionRange(caret, caret);
    typed.value = next;
  };
  return (
    <input
      id={id}
      data-testid={id}
      class="input code-input"
      type="text"
      inputmode="numeric"
      autocomplete="off"
      enterkeyhint="go"
      dir="ltr"
      value={typed.value}
      aria-describedby={describedBy}
      aria-invalid={invalid}
      onInput={onInput}
    />
  );
}
