/** The organization's own address, without a session: its profile and the place for a session number. */

import type { TargetedInputEvent, TargetedSubmitEvent } from 'preact';
import type { NumberEntry } from '../number-entry.ts';
import { Heading } from '../parts/Heading.tsx';
import { Cross } from '../parts/icons.tsx';
import type { Profile } from '../profile.ts';
import type { SessionId } from '../protocol/ids.ts';
import { text } from '../text/index.ts';

interface Props {
  readonly entry: NumberEntry;
  readonly profile: Profile;
  readonly go: (id: SessionId) => void;
}

export function Entry({ entry, profile, go }: Props) {
  const t = text.value.entry;
  const fault = entry.fault.value;
  const onSubmit = (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    void entry.find().then((id) => {
      if (id !== null) go(id);
    });
  };
  const onInput = (event: TargetedInputEvent<HTMLInputElement>) => {
    entry.typed.value = event.currentTarget.value;
  };
  return (
    <>
      <Heading>{t.heading(profile.name)}</Heading>
      <p>{t.body}</p>
      <form noValidate autocomplete="off" onSubmit={onSubmit}>
        <div class="field">
          <label class="label" for="number">
            {t.label}
          </label>
          <p id="number-hint" class="hint">
            {t.hint}
          </p>
          <input
            id="number"
            data-testid="number"
            class="input code-input"
            type="text"
            inputmode="numeric"
            autocomplete="off"
            dir="ltr"
            value={entry.typed.value}
            aria-describedby="number-hint number-fault"
            aria-invalid={fault !== null}
            onInput={onInput}
          />
          <p id="number-fault" data-testid="number-fault" class="reading bad-text" role="alert">
            {fault === null ? null : <Cross />}
            <span>{fault === null ? '' : t[fault]}</span>
          </p>
        </div>
        <button type="submit" class="cta" data-testid="number-go" aria-disabled={entry.asking.value}>
          {t.go}
        </button>
      </form>
    </>
  );
}
