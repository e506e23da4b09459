/** The page: the profile on top, the step in force below it. Which step that is, is the flow's to say. */

import type { NumberEntry } from './number-entry.ts';
import type { Flow } from './flow.ts';
import { Announcer } from './parts/Announcer.tsx';
import { type LanguageChoice, LanguageSwitch } from './parts/LanguageSwitch.tsx';
import { ProfileCard } from './parts/ProfileCard.tsx';
import { TroubleNote } from './parts/TroubleNote.tsx';
import type { SessionId } from './protocol/ids.ts';
import { Ask } from './steps/Ask.tsx';
import { Entry } from './steps/Entry.tsx';
import { Invalid } from './steps/Invalid.tsx';
import { text } from './text/index.ts';

interface SessionProps {
  readonly flow: Flow;
  readonly choice: LanguageChoice;
}

export function SessionPage({ flow, choice }: SessionProps) {
  const profile = flow.profile.value;
  return (
    <>
      <LanguageSwitch choice={choice} />
      {profile === null ? null : <ProfileCard profile={profile} />}
      <TroubleNote flow={flow} />
      <Step flow={flow} />
      <Footer />
      <Announcer flow={flow} />
    </>
  );
}

function Step({ flow }: { readonly flow: Flow }) {
  const [step, profile, later] = [flow.step.value, flow.profile.value, flow.later.value];
  if (step === 'invalid') return <Invalid profile={profile} />;
  if (profile === null || flow.time.waking.value) return <Loading />;
  if (step === 'ask') return <Ask flow={flow} profile={profile} />;
  return later === null ? <Loading /> : <later.Later flow={flow} profile={profile} />;
}

interface EntryProps {
  readonly entry: NumberEntry;
  readonly choice: LanguageChoice;
  readonly go: (id: SessionId) => void;
}

export function OrganizationPage({ entry, choice, go }: EntryProps) {
  return (
    <>
      <LanguageSwitch choice={choice} />
      <Organization entry={entry} go={go} />
    </>
  );
}

function Organization({ entry, go }: Omit<EntryProps, 'choice'>) {
  const profile = entry.profile.value;
  const missing = entry.missing.value;
  if (missing === 'unknown') return <Invalid profile={null} />;
  if (profile === null) return missing === null ? <Loading /> : <Unreached entry={entry} />;
  return (
    <>
      <ProfileCard profile={profile} />
      <Entry entry={entry} profile={profile} go={go} />
      <Footer />
    </>
  );
}

function Unreached({ entry }: { readonly entry: NumberEntry }) {
  const t = text.value.trouble;
  return (
    <div class="note warn" role="status">
      <p>{text.value.entry.failed}</p>
      <button type="button" class="small" data-testid="retry" onClick={() => void entry.start()}>
        {t.retry}
      </button>
    </div>
  );
}

function Loading() {
  return <p class="loading">{text.value.page.loading}</p>;
}

function Footer() {
  const t = text.value.page;
  return (
    <footer>
      <p>{t.footer}</p>
      <p>{t.traceless}</p>
    </footer>
  );
}
