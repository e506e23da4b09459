/** Step 1: who is asking, and the relay guard's question. Nothing is spent before the tap (`docs/protocol.md` §5). */

import type { Flow } from '../flow.ts';
import { Channels, waysToReach } from '../parts/ProfileCard.tsx';
import { Heading } from '../parts/Heading.tsx';
import type { Profile } from '../profile.ts';
import type { Began } from '../protocol/offer.ts';
import { named } from '../text/format.ts';
import { text } from '../text/index.ts';

export function Ask({ flow, profile }: { readonly flow: Flow; readonly profile: Profile }) {
  const t = text.value.ask;
  const began = flow.began.value;
  const choice = (who: Began) => (
    <button
      type="button"
      class="tap"
      data-testid={`began-${who}`}
      aria-disabled={began !== null}
      aria-pressed={began === who}
      onClick={() => {
        flow.begin(who);
      }}
    >
      {t[who]}
    </button>
  );
  return (
    <>
      <Heading>{t.heading(named(profile.name))}</Heading>
      <div class="choices" role="group" aria-labelledby="question">
        <h2 id="question">{t.question}</h2>
        {choice('organization')}
        {choice('recipient')}
      </div>
      <p class="quiet-text">{began === null ? t.note : t.opening}</p>
      <How profile={profile} />
    </>
  );
}

function How({ profile }: { readonly profile: Profile }) {
  const t = text.value.how;
  return (
    <details class="how">
      <summary>{t.heading}</summary>
      <ol>
        {t.steps(named(profile.name)).map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
      <p>
        <b>{t.rule}</b>
      </p>
      {waysToReach(profile).length === 0 ? null : (
        <>
          <p>{t.independently(named(profile.name))}</p>
          <Channels profile={profile} />
        </>
      )}
    </details>
  );
}
