/**
 * Who is asking: name, verified domain with how and when it was verified, country, what it does. All of it is the service's
 * word, and shown as that.
 */

import { useState } from 'preact/hooks';
import type { Profile, VerifiedDomain } from '../profile.ts';
import { country, day } from '../text/format.ts';
import { text } from '../text/index.ts';
import { Tick, Warning } from './icons.tsx';

export function ProfileCard({ profile }: { readonly profile: Profile }) {
  const t = text.value;
  const where = country(profile.country, t);
  const what = profile.description;
  return (
    <section class="profile" aria-label={t.profile.label}>
      <Logo profile={profile} />
      <div>
        <p class="profile-name">
          <bdi>{profile.name}</bdi>
        </p>
        {profile.practice ? (
          <p class="warn-text">
            <Warning /> {t.profile.practice}
          </p>
        ) : (
          <Domains domains={profile.domains} />
        )}
        {where + what === '' ? null : (
          <p class="quiet-text">
            {where}
            {where === '' || what === '' ? null : ' · '}
            <bdi>{what}</bdi>
          </p>
        )}
      </div>
    </section>
  );
}

function Domains({ domains }: { readonly domains: readonly VerifiedDomain[] }) {
  const t = text.value;
  if (domains.length === 0) {
    return (
      <p class="warn-text">
        <Warning /> {t.profile.unverified}
      </p>
    );
  }
  return domains.map(({ name, method, verifiedAt }) => (
    <p key={name}>
      <span class="good-text">
        <Tick /> <b dir="ltr">{name}</b>
      </span>
      <span class="quiet-text"> {t.profile.verified(method, day(verifiedAt, t))}</span>
    </p>
  ));
}

function Logo({ profile }: { readonly profile: Profile }) {
  const [broken, setBroken] = useState(false);
  if (profile.logo === null || broken) {
    return (
      <span class="logo" aria-hidden="true">
        {Array.from(profile.name.trim())[0]?.toUpperCase()}
      </span>
    );
  }
  const onError = () => {
    setBroken(true);
  };
  return <img class="logo" src={profile.logo} alt="" width="48" height="48" onError={onError} />;
}

/** Where to reach the organization without anything that came over this conversation; nothing if nowhere is known. */
export function Channels({ profile }: { readonly profile: Profile }) {
  const ways = waysToReach(profile);
  if (ways.length === 0) return null;
  return (
    <ul class="ways">
      {ways.map((way) => (
        <li key={way}>
          <bdi>{way}</bdi>
        </li>
      ))}
    </ul>
  );
}

/** Plain text, on purpose: the reader should go there by a way of their own, not by a link on a page they were sent. */
export function waysToReach({ channels, websiteHost, domains }: Profile): readonly string[] {
  const verified = domains.map(({ name }) => name);
  const covered = verified.some((name) => websiteHost === name || websiteHost.endsWith(`.${name}`));
  const site = covered || websiteHost === '' ? [] : [websiteHost];
  return [...new Set([...channels, ...verified, ...site])];
}
