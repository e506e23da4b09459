/**
 * What the recipient types, and how it is understood while it is being typed (`docs/protocol.md` §3). Values are kept here
 * until they served, and nowhere else.
 */

import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import { type Canonical, read } from './protocol/canonical.ts';
import { ValueError, type ValueErrorCode } from './protocol/errors.ts';
import type { Field, Offer } from './protocol/offer.ts';
import type { PhoneReader } from './protocol/phone.ts';

/** `waiting`: the phone library is still on its way. */
export type Understood =
  | { readonly as: 'value'; readonly value: Canonical }
  | { readonly as: 'fault'; readonly code: ValueErrorCode }
  | { readonly as: 'waiting' };

/** One field's state. */
export interface Entry {
  readonly field: Field;
  readonly typed: Signal<string>;
  readonly understood: ReadonlySignal<Understood>;
  /** Whether a fault may be shown: not while a value is still being typed for the first time. */
  readonly judged: Signal<boolean>;
}

export class Fields {
  readonly entries: readonly Entry[];
  readonly needPhones: boolean;
  readonly phones = signal<PhoneReader | null>(null);

  constructor(offer: Offer) {
    this.needPhones = offer.fields.some((field) => field.kind === 'phone');
    this.entries = offer.fields.map((field) => {
      const typed = signal('');
      const understood = computed(() => understand(field, offer.region, typed.value, this.phones.value));
      return { field, typed, understood, judged: signal(false) };
    });
  }

  /** Every value, or the place of the first that cannot be used. From here on faults are shown. */
  read(): { readonly values: readonly Canonical[] } | { readonly fault: number } {
    const values: Canonical[] = [];
    let fault: number | null = null;
    for (const [place, { understood, judged }] of this.entries.entries()) {
      judged.value = true;
      const now = understood.value;
      if (now.as === 'value') values.push(now.value);
      else fault ??= place;
    }
    return fault === null ? { values } : { fault };
  }

  forget(): void {
    for (const { typed } of this.entries) typed.value = '';
  }
}

function understand(field: Field, region: string, typed: string, phones: PhoneReader | null): Understood {
  if (field.kind === 'phone' && phones === null) return { as: 'waiting' };
  try {
    return { as: 'value', value: read(field.kind, region, typed, phones) };
  } catch (error) {
    if (error instanceof ValueError) return { as: 'fault', code: error.code };
    throw error;
  }
}
