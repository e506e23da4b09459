/**
 * Step 4: the passcode, to compare with what the agent says; or, in typed comparison, an input for what the agent says, in
 * which case the passcode is not shown (`docs/protocol.md` §7) and there is one try. The one rule of the product is taught here.
 */

import { useSignal } from '@preact/signals';
import type { TargetedSubmitEvent } from 'preact';
import { type Flow, typedDigits } from '../flow.ts';
import { CodeInput } from '../parts/CodeInput.tsx';
import { Heading } from '../parts/Heading.tsx';
import { Cross } from '../parts/icons.tsx';
import { TimeLeft } from '../parts/TimeLeft.tsx';
import type { Offer } from '../protocol/offer.ts';
import { counted, grouped, named, spoken } from '../text/format.ts';
import { text } from '../text/index.ts';

export function Passcode({ flow, offer }: { readonly flow: Flow; readonly offer: Offer }) {
  const t = text.value.passcode;
  return (
    <>
      <Heading class={offer.compare === 'typed' ? '' : 'centred'}>{t.heading(named(offer.agentName))}</Heading>
      {offer.compare === 'typed' ? <Typed flow={flow} offer={offer} /> : <Shown flow={flow} />}
      <Button
        class="link centred"
        id="unexpected"
        words={t.unexpected}
        onClick={() => {
          flow.unexpected();
        }}
      />
      <TimeLeft flow={flow} />
    </>
  );
}

function Shown({ flow }: { readonly flow: Flow }) {
  const t = text.value.passcode;
  const code = flow.passcode.value ?? '';
  return (
    <>
      <p class="code" dir="ltr" translate={false}>
        <span data-testid="passcode" aria-hidden="true">
          {grouped(code)}
        </span>
        <span class="unseen">{spoken(code)}</span>
      </p>
      <p class="centred">{t.exact}</p>
      <Rule rule={t.rule} why={t.ruleWhy} />
      <Button
        class="tap good"
        id="matches"
        waits={!flow.viewed.value}
        words={t.matches}
        onClick={() => {
          flow.matches();
        }}
      />
      <Button
        class="tap bad"
        id="mismatch"
        words={t.mismatch}
        onClick={() => {
          flow.mismatch();
        }}
      />
    </>
  );
}

function Typed({ flow, offer }: { readonly flow: Flow; readonly offer: Offer }) {
  const t = text.value.passcode;
  const typed = useSignal('');
  const incomplete = useSignal(false);
  const digits = offer.passcodeDigits;
  const onSubmit = (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    incomplete.value = typedDigits(typed.value).length !== digits;
    if (incomplete.value) document.getElementById('typed-code')?.focus();
    else flow.compareTyped(typed.value);
  };
  return (
    <form noValidate autocomplete="off" onSubmit={onSubmit}>
      <div class="field">
        <label class="label" for="typed-code">
          {t.typedLabel}
        </label>
        <p id="typed-hint" class="hint">
          {counted(digits, t.typedHint, text.value)}
        </p>
        <CodeInput
          id="typed-code"
          typed={typed}
          digits={digits}
          describedBy="typed-hint typed-slip"
          invalid={incomplete.value}
        />
        <p id="typed-slip" data-testid="typed-slip" class="reading bad-text" role="alert">
          {incomplete.value ? <Cross /> : null}
          <span>{incomplete.value ? counted(digits, t.typedIncomplete, text.value) : ''}</span>
        </p>
      </div>
      <Rule rule={t.typedRule} why={t.typedRuleWhy} />
      <button type="submit" class="cta" data-testid="compare" aria-disabled={!flow.viewed.value}>
        {t.compare}
      </button>
      <Button
        class="tap bad"
        id="mismatch"
        waits={!flow.viewed.value}
        words={t.typedNone}
        onClick={() => {
          flow.absent();
        }}
      />
    </form>
  );
}

function Rule({ rule, why }: { readonly rule: string; readonly why: string }) {
  return (
    <p class="note warn rule">
      <b>{rule}</b> {why}
    </p>
  );
}

interface ButtonProps {
  readonly class: string;
  readonly id: string;
  /** Nothing can come of it yet. */
  readonly waits?: boolean;
  readonly words: string;
  readonly onClick: () => void;
}

function Button({ class: look, id, waits = false, words, onClick }: ButtonProps) {
  return (
    <button type="button" class={look} data-testid={id} aria-disabled={waits} onClick={onClick}>
      {words}
    </button>
  );
}
