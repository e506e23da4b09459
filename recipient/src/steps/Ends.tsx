/** Step 5: two of the ends. Confirmed; and do not continue, with what to do instead. The third is `Invalid.tsx`. */

import type { Flow } from '../flow.ts';
import { Heading } from '../parts/Heading.tsx';
import { Cross, Tick } from '../parts/icons.tsx';
import { Channels, waysToReach } from '../parts/ProfileCard.tsx';
import type { Profile } from '../profile.ts';
import type { Offer } from '../protocol/offer.ts';
import { moment, named } from '../text/format.ts';
import { text } from '../text/index.ts';

export function Confirmed({ flow, offer }: { readonly flow: Flow; readonly offer: Offer }) {
  const t = text.value.confirmed;
  const at = flow.confirmedAt.value;
  return (
    <>
      <div class="note good end">
        <span class="badge">
          <Tick />
        </span>
        <Heading>{t.heading}</Heading>
        <p>{t.who(named(offer.orgName), named(offer.agentName))}</p>
        {offer.subject === '' ? null : <p>{text.value.field.about(named(offer.subject))}</p>}
        {at === null ? null : <p data-testid="confirmed-at">{moment(at, text.value)}</p>}
      </div>
      <p>
        {t.go} {flow.reported.value ? t.close : ''}
      </p>
      <p class="quiet-text">{t.once}</p>
    </>
  );
}

export function Stop({ flow, profile }: { readonly flow: Flow; readonly profile: Profile }) {
  const t = text.value.stop;
  const name = named(profile.name);
  const reachable = waysToReach(profile).length > 0;
  return (
    <>
      <div class="note bad end">
        <span class="badge">
          <Cross />
        </span>
        <Heading>{t.heading}</Heading>
        <p>{t[flow.stopReason.value ?? 'unproven'](name)}</p>
      </div>
      <ul class="advice">
        {t.advice.map((advice) => (
          <li key={advice}>{advice}</li>
        ))}
        <li>
          {reachable ? t.contact(name) : t.contactUnknown(name)}
          <Channels profile={profile} />
        </li>
      </ul>
      <p class="quiet-text" data-testid="reported">
        {flow.reported.value ? t.reported(name) : ''}
      </p>
    </>
  );
}
