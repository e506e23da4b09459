/** Step 3: the agent's program compares. It answers within a second, or it is slow or offline, and the page says so. */

import type { Flow } from '../flow.ts';
import { Heading } from '../parts/Heading.tsx';
import { TimeLeft } from '../parts/TimeLeft.tsx';
import type { Offer } from '../protocol/offer.ts';
import { named, reading } from '../text/format.ts';
import { text } from '../text/index.ts';
import { From } from './FieldStep.tsx';

export function Checking({ flow, offer }: { readonly flow: Flow; readonly offer: Offer }) {
  const t = text.value.checking;
  const prefilled = flow.prefilled.value;
  const words = prefilled === null ? '' : reading(prefilled, text.value);
  return (
    <>
      <From offer={offer} />
      <Heading>{t.heading(named(offer.orgName))}</Heading>
      <div class="progress" aria-hidden="true" />
      {words === '' ? null : (
        <p data-testid="reading-0">
          {t.using} <bdi class="own-line">{words}</bdi>
        </p>
      )}
      <p class={flow.slow.value ? '' : 'quiet-text'} data-testid="wait">
        {flow.slow.value ? t.slow(named(offer.agentName === '' ? offer.orgName : offer.agentName)) : t.usual}
      </p>
      <TimeLeft flow={flow} />
    </>
  );
}
