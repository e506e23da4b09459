/**
 * The offer: everything the recipient is shown before a value is entered, as bytes both sides authenticate
 * (`docs/protocol.md` §4, `ADa`). A service that alters a word of it makes the exchange fail. Texts enter the bytes exactly
 * as they travelled; a member this page does not know is refused, because it could not be authenticated.
 */

import { lvCat, u32, utf8 } from './bytes.ts';
import { FormError } from './errors.ts';
import { type Commit, fromText, type Salt } from './ids.ts';
import { type Kind, KINDS } from './kinds.ts';
import { characters, isWellFormed, trimWhiteSpace } from './unicode.ts';

/** One thing the recipient is asked for. */
export interface Field {
  readonly name: string;
  readonly kind: Kind;
  /** Shown under the input; empty when absent. */
  readonly hint: string;
}

/** Whether the page shows the passcode, or the recipient types it and the page compares. */
export type Compare = 'shown' | 'typed';

/** Who began the conversation: the relay guard's question. */
export type Began = 'organization' | 'recipient';

/** An offer that exists is valid. Only {@link parseOffer} makes one. */
export interface Offer {
  readonly salt: Salt;
  readonly ttlSecs: number;
  readonly passcodeDigits: number;
  readonly compare: Compare;
  /** ISO 3166 alpha-2. */
  readonly region: string;
  readonly orgName: string;
  /** Empty when absent. */
  readonly agentName: string;
  /** Empty when absent. */
  readonly subject: string;
  readonly fields: readonly Field[];
}

/** Longest field name after trimming, longest hint, longest name or subject: in characters. */
const [MAX_NAME, MAX_HINT, MAX_TEXT, MAX_NAME_RAW] = [60, 120, 120, 1000];

/**
 * Reads an offer as the service sends it.
 * @throws {FormError} `offer`, `base64url`
 */
export function parseOffer(json: unknown): Offer {
  const members = object(json, OFFER_MEMBERS);
  const compare = members['compare'];
  const region = text(members['region'], 2);
  if (compare !== 'shown' && compare !== 'typed') throw new FormError('offer');
  if (!/^[A-Z]{2}$/.test(region)) throw new FormError('offer');
  return {
    salt: fromText('salt', text(members['salt'], MAX_TEXT)),
    ttlSecs: integer(members['ttl_secs'], 30, 900),
    passcodeDigits: integer(members['passcode_digits'], 4, 8),
    compare,
    region,
    orgName: text(members['org_name'], MAX_TEXT),
    agentName: text(members['agent_name'] ?? '', MAX_TEXT),
    subject: text(members['subject'] ?? '', MAX_TEXT),
    fields: fields(members['fields']),
  };
}

/** `ADa`. */
export function offerBytes(offer: Offer): Uint8Array {
  return lvCat(
    utf8('offer'),
    offer.salt,
    u32(offer.ttlSecs),
    u32(offer.passcodeDigits),
    utf8(offer.compare),
    utf8(offer.region),
    utf8(offer.orgName),
    utf8(offer.agentName),
    utf8(offer.subject),
    u32(offer.fields.length),
    ...offer.fields.flatMap((field) => [utf8(field.name), utf8(field.kind), utf8(field.hint)]),
  );
}

/** `ADb`: the recipient's half of the authenticated context. */
export function answerBytes(commit: Commit, began: Began): Uint8Array {
  return lvCat(utf8('answer'), commit, utf8(began));
}

const OFFER_MEMBERS = [
  'salt',
  'ttl_secs',
  'passcode_digits',
  'compare',
  'region',
  'org_name',
  'agent_name',
  'subject',
  'fields',
];

function fields(json: unknown): Field[] {
  if (!Array.isArray(json) || json.length < 1 || json.length > 3) throw new FormError('offer');
  return json.map((field: unknown) => {
    const members = object(field, ['name', 'kind', 'hint']);
    const name = text(members['name'], MAX_NAME_RAW);
    const trimmed = characters(trimWhiteSpace(name));
    const kind = KINDS.find((known) => known === members['kind']);
    if (trimmed < 1 || trimmed > MAX_NAME || kind === undefined) throw new FormError('offer');
    return { name, kind, hint: text(members['hint'] ?? '', MAX_HINT) };
  });
}

function object(json: unknown, known: readonly string[]): Record<string, unknown> {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw new FormError('offer');
  if (!Object.keys(json).every((member) => known.includes(member))) throw new FormError('offer');
  return json as Record<string, unknown>;
}

function text(json: unknown, max: number): string {
  const fits = typeof json === 'string' && isWellFormed(json) && characters(json) <= max && !/\p{Cc}/u.test(json);
  if (!fits) throw new FormError('offer');
  return json;
}

function integer(json: unknown, min: number, max: number): number {
  if (typeof json !== 'number' || !Number.isInteger(json) || json < min || json > max) {
    throw new FormError('offer');
  }
  return json;
}
