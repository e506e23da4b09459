/** The organization's own address, without a session: its profile and the place for a session number. */

import type { TargetedSubmitEvent } from 'preact';
import { type EntryFault, NUMBER_DIGITS, type NumberEntry } from '../number-entry.ts';
import { CodeInput } from '../parts/CodeInput.tsx';
import { Heading } from '../parts/Heading.tsx';
import { Cross } from '../parts/icons.tsx';
import type { Profile } from '../profile.ts';
import type { SessionId } from '../protocol/ids.ts';
import { counted, named } from '../text/format.ts';
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
      else document.getElementById('number')?.focus();
    });
  };
  const words = (fault: EntryFault) =>
    fault === 'busy' ? counted(entry.waitMinutes.value, t.busy, text.value) : t[fault];
  if (!profile.numbers) {
    return (
      <>
        <Heading>{t.heading(named(profile.name))}</Heading>
        <p data-testid="link-only">{t.linkOnly}</p>
      </>
    );
  }
  return (
    <>
      <Heading>{t.heading(named(profile.name))}</Heading>
      <p>{t.body}</p>
      <form noValidate autocomplete="off" onSubmit={onSubmit}>
        <div class="field">
          <label class="label" for="number">
            {t.label}
          </label>
          <p id="number-hint" class="hint">
            {t.hint}
          </p>
          <CodeInput
            id="number"
            typed={entry.typed}
            digits={NUMBER_DIGITS}
            describedBy="number-hint number-fault"
            invalid={fault === 'bad' || fault === 'unknown'}
          />
          <p id="number-fault" data-testid="number-fault" class="reading bad-text" role="alert">
            {fault === null ? null : <Cross />}
            <span>{fault === null ? '' : words(fault)}</span>
          </p>
        </div>
        <button type="submit" class="cta" data-testid="number-go" aria-disabled={entry.asking.value}>
          {t.go}
        </button>
      </form>
    </>
  );
}
