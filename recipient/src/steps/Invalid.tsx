/** One end for every cause of a link that is not valid, because a reason would help a guesser (`docs/protocol.md` §5). */

import { Heading } from '../parts/Heading.tsx';
import { Channels } from '../parts/ProfileCard.tsx';
import type { Profile } from '../profile.ts';
import { named } from '../text/format.ts';
import { text } from '../text/index.ts';

export function Invalid({ profile }: { readonly profile: Profile | null }) {
  const t = text.value.invalid;
  return (
    <>
      <Heading>{t.heading}</Heading>
      <p>{t.body}</p>
      <h2>{t.adviceHeading}</h2>
      <ul class="advice">
        <li>{t.again}</li>
        <li>
          {t.unsure(named(profile?.name))}
          {profile === null ? null : <Channels profile={profile} />}
        </li>
        <li>{t.stolen}</li>
      </ul>
      <p class="quiet-text">{t.nothing}</p>
    </>
  );
}
