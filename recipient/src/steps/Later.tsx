/** The steps after the tap, up to the end. */

import type { Flow } from '../flow.ts';
import { Checking } from './Checking.tsx';
import { Confirmed, Stop } from './Ends.tsx';
import { FieldStep } from './FieldStep.tsx';
import { Passcode } from './Passcode.tsx';
import type { Profile } from '../profile.ts';

export function Later({ flow, profile }: { readonly flow: Flow; readonly profile: Profile }) {
  const [step, offer, fields] = [flow.step.value, flow.offer.value, flow.fields.value];
  if (step === 'stop') return <Stop flow={flow} profile={profile} />;
  if (offer === null) return null;
  if (step === 'checking') return <Checking flow={flow} offer={offer} />;
  if (step === 'passcode') return <Passcode flow={flow} offer={offer} />;
  if (step === 'confirmed') return <Confirmed flow={flow} offer={offer} />;
  return fields === null ? null : <FieldStep flow={flow} offer={offer} fields={fields} />;
}
