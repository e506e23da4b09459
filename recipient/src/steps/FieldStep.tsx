/** Step 2: who is at the other end, what it is about, and the value both know (`docs/protocol.md` §3). */

import type { TargetedSubmitEvent } from 'preact';
import type { Fields } from '../fields.ts';
import type { Flow } from '../flow.ts';
import { FieldInput } from '../parts/FieldInput.tsx';
import { Heading } from '../parts/Heading.tsx';
import { TimeLeft } from '../parts/TimeLeft.tsx';
import type { Offer } from '../protocol/offer.ts';
import { named } from '../text/format.ts';
import { text } from '../text/index.ts';

interface Props {
  readonly flow: Flow;
  readonly fields: Fields;
  readonly offer: Offer;
}

export function FieldStep({ flow, fields, offer }: Props) {
  const t = text.value.field;
  const only = fields.entries.length === 1;
  const onSubmit = (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    void flow.check().then((fault) => {
      if (fault !== null) document.getElementById(`field-${fault}`)?.focus();
    });
  };
  return (
    <>
      <From offer={offer} />
      <Heading>{only ? <bdi>{offer.fields[0]?.name}</bdi> : t.heading}</Heading>
      <form noValidate autocomplete="on" onSubmit={onSubmit}>
        {fields.entries.map((entry, place) => (
          <FieldInput key={place} entry={entry} place={place} headed={only} />
        ))}
        <p class="quiet-text">{t.stays}</p>
        <button type="submit" class="cta" data-testid="check">
          {t.check}
        </button>
      </form>
      <TimeLeft flow={flow} />
    </>
  );
}

/** The agent and the subject: they come with the open, and both sides authenticate them. */
export function From({ offer }: { readonly offer: Offer }) {
  const t = text.value.field;
  return (
    <p class="from">
      <b>{t.from(named(offer.orgName), named(offer.agentName))}</b>
      {offer.subject === '' ? null : <span>{t.about(named(offer.subject))}</span>}
    </p>
  );
}
