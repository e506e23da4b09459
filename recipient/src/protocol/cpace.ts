/**
 * CPace, suite CPACE-RISTR255-SHA512 (`docs/protocol.md` §4; draft-irtf-cfrg-cpace of April 2026), a few lines over
 * @noble/curves and @noble/hashes, held to the CFRG's vectors. It does not know agent from recipient beyond the order of
 * the transcript, and it does not confirm the key: `keys.ts` does, and a key that was not confirmed is nothing.
 *
 * Byte arrays that hold secrets are wiped once they served. The bigints inside @noble/curves cannot be; they are left to
 * the garbage collector.
 */

import { ristretto255, ristretto255_hasher } from '@noble/curves/ed25519.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { equal, lvCat, lvLength, utf8, wipe } from './bytes.ts';
import { ExchangeError } from './errors.ts';
import { fromBytes, type Random, type SessionId, type Share } from './ids.ts';

/** The session's base point, derived from the salted digest of the values. Secret: it can be tested offline. */
export type Generator = InstanceType<typeof ristretto255.Point>;

/** One side's half of the transcript: its share and its associated data. */
export interface Half {
  readonly share: Share;
  readonly associated: Uint8Array;
}

/** SHA-512's input block. The password is padded to fill one, so that hashing it takes as long for every length. */
const HASH_BLOCK = 128;

/** `g`: the one-way map of RFC 9496 over `H(gen_str)`. */
export function generator(prs: Uint8Array, ci: Uint8Array, sid: Uint8Array): Generator {
  const label = utf8('CPaceRistretto255');
  const zeros = Math.max(0, HASH_BLOCK - lvLength(prs) - lvLength(label) - 1);
  const genStr = lvCat(label, prs, new Uint8Array(zeros), ci, sid);
  const hash = sha512(genStr);
  // deriveToCurve is the map itself; hashToCurve would hash once more.
  const point = ristretto255_hasher.deriveToCurve?.(hash);
  wipe(genStr, hash);
  if (point === undefined) throw new TypeError('the curve library lacks the map of RFC 9496');
  return point;
}

/** Draws a scalar: below 2²⁵², which is below the group's order. Uniform enough, and no reduction. */
export function drawScalar(random: Random): Uint8Array {
  for (;;) {
    const scalar = random(32);
    scalar[31] = (scalar[31] ?? 0) & 0x0f;
    if (scalar.some((byte) => byte !== 0)) return scalar;
  }
}

/** `Y = encode(y·g)`. */
export function shareOf(base: Generator, scalar: Uint8Array): Share {
  return fromBytes('share', base.multiply(littleEndian(scalar)).toBytes());
}

/**
 * `K = encode(y·decode(Y_peer))`. Aborts where CPace says that one must.
 * @throws {ExchangeError} `reflected`, `not_an_element`, `identity`
 */
export function agree(scalar: Uint8Array, own: Share, peer: Share): Uint8Array {
  refuseReflection(own, peer);
  return multiplied(scalar, peer);
}

/**
 * `K` where our own share does not exist yet; once it does, {@link refuseReflection} is still to be asked.
 * @throws {ExchangeError} `not_an_element`, `identity`
 */
export function multiplied(scalar: Uint8Array, peer: Share): Uint8Array {
  const element = decode(peer);
  // The group's order is prime and the scalar is not zero, so K is the identity exactly when the peer's element is.
  if (element.equals(ristretto255.Point.ZERO)) throw new ExchangeError('identity');
  return element.multiply(littleEndian(scalar)).toBytes();
}

/**
 * Our own share must not come back as the peer's.
 * @throws {ExchangeError} `reflected`
 */
export function refuseReflection(own: Share, peer: Share): void {
  if (equal(own, peer)) throw new ExchangeError('reflected');
}

/** `ISK`, over the whole transcript, initiator's half first. */
export function sessionKey(k: Uint8Array, sid: SessionId, initiator: Half, responder: Half): Uint8Array {
  const head = lvCat(utf8('CPaceRistretto255_ISK'), sid, k);
  const isk = sha512
    .create()
    .update(head)
    .update(lvCat(initiator.share, initiator.associated))
    .update(lvCat(responder.share, responder.associated))
    .digest();
  wipe(head);
  return isk;
}

function decode(share: Share): Generator {
  try {
    return ristretto255.Point.fromBytes(share);
  } catch {
    throw new ExchangeError('not_an_element');
  }
}

function littleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}
