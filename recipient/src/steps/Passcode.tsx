/**
 * Step 4: the passcode, to compare with what the agent says; or, in typed comparison, an input for what the agent says, in
 * which case the passcode is not shown (`docs/protocol.md` §7). The one rule of the product is taught here.
 */

import { useSignal } from '@preact/signals';
import type { TargetedInputEvent, TargetedSubmitEvent } from 'preact';
import { type Flow, typedDigits } from '../flow.ts';
import { Heading } from '../parts/Heading.tsx';
import { TimeLeft } from '../parts/TimeLeft.tsx';
import type { Offer } from '../protocol/offer.ts';
import { grouped, spoken } from '../text/format.ts';
import { text } from '../text/index.ts';

export function Passcode({ flow, offer }: { readonly flow: Flow; readonly offer: Offer }) {
  const t = text.value.passcode;
  return (
    <>
      <Heading class={offer.compare === 'typed' ? '' : 'centred'}>{t.heading(offer.agentName)}</Heading>
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
  const slipped = useSignal(false);
  const complete = typedDigits(typed.value).length === offer.passcodeDigits;
  const onSubmit = (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (!complete) return;
    slipped.value = true;
    flow.compareTyped(typed.value);
    typed.value = '';
  };
  const onInput = (event: TargetedInputEvent<HTMLInputElement>) => {
    typed.value = event.currentTarget.value;
  };
  return (
    <form noValidate autocomplete="off" onSubmit={onSubmit}>
      <div class="field">
        <label class="label" for="typed-code">
          {t.typedLabel}
        </label>
        <Description id="typed-hint" words={t.typedHint(offer.passcodeDigits)} />
        <input
          id="typed-code"
          data-testid="typed-code"
          class="input code-input"
          type="text"
          inputmode="numeric"
          autocomplete="off"
          dir="ltr"
          value={typed.value}
          aria-describedby="typed-hint typed-slip"
          onInput={onInput}
        />
        <p id="typed-slip" data-testid="typed-slip" class="reading bad-text" role="alert">
          {slipped.value ? t.slip(flow.triesLeft.value) : ''}
        </p>
      </div>
      <Rule rule={t.typedRule} why={t.typedRuleWhy} />
      <button type="submit" class="cta" data-testid="compare" disabled={!complete}>
        {t.compare}
      </button>
      <Button
        class="tap bad"
        id="mismatch"
        words={t.typedNone}
        onClick={() => {
          flow.mismatch();
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

function Description({ id, words }: { readonly id: string; readonly words: string }) {
  return (
    <p id={id} class="hint">
      {words}
    </p>
  );
}

interface ButtonProps {
  readonly class: string;
  readonly id: string;
  readonly words: string;
  readonly onClick: () => void;
}

function Button({ class: look, id, words, onClick }: ButtonProps) {
  return (
    <button type="button" class={look} data-testid={id} onClick={onClick}>
      {words}
    </button>
  );
}
