/**
 * From values to the base point, and from the session key to tags and the passcode (`docs/protocol.md` §4). Every label
 * that is hashed stands beside its only user.
 */

import { hkdf } from '@noble/hashes/hkdf.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { lvCat, utf8, wipe } from './bytes.ts';
import type { Canonical } from './canonical.ts';
import type { Half } from './cpace.ts';
import { type Commit, fromBytes, type Nonce, type Salt, type SessionId, type Tag } from './ids.ts';

/** Where an exchange takes place: the service's origin as this browser has it, and the organization. */
export interface Channel {
  /** `location.origin`, e.g. `https://verify.example`. */
  readonly origin: string;
  /** E.g. `acme`. */
  readonly handle: string;
}

/** `CI`: a page proxied under another name makes the exchange fail. */
export function channelBytes({ origin, handle }: Channel): Uint8Array {
  return lvCat(utf8('countersign/v1'), utf8(origin), utf8(handle), utf8('agent'), utf8('recipient'));
}

/** `PRS`: the salted digest of the values. It never leaves this machine; the caller wipes it. */
export function digest(salt: Salt, values: readonly Canonical[]): Uint8Array {
  const encoded = lvCat(...values.flatMap((value) => [utf8(value.kind), utf8(value.text)]));
  const salted = lvCat(utf8('countersign/v1/digest'), salt, encoded);
  const prs = sha512(salted);
  wipe(encoded, salted);
  return prs;
}

export function commitTo(nonce: Nonce): Commit {
  return fromBytes('commit', sha512(lvCat(utf8('countersign/v1/commit'), nonce)).slice(0, 32));
}

/** `mac_key = H("CPaceMac" ‖ sid ‖ ISK)`; the caller wipes it. */
export function confirmationKey(sid: SessionId, isk: Uint8Array): Uint8Array {
  return sha512.create().update(utf8('CPaceMac')).update(sid).update(isk).digest();
}

/** One side's tag, over its own half. */
export function confirmationTag(key: Uint8Array, { share, associated }: Half): Tag {
  return fromBytes('tag', hmac(sha512, key, lvCat(share, associated)));
}

/** The code both people hold at the end: 8 bytes of HKDF, reduced to `digits` decimal digits. */
export function passcode(isk: Uint8Array, nonce: Nonce, digits: number): string {
  const okm = hkdf(sha512, isk, nonce, utf8('countersign/v1/passcode'), 8);
  const number = new DataView(okm.buffer, okm.byteOffset).getBigUint64(0);
  wipe(okm);
  return (number % 10n ** BigInt(digits)).toString().padStart(digits, '0');
}
