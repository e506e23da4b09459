/**
 * Identifiers and fixed-size values, each a type of its own, so that a share cannot stand where a tag belongs
 * (`docs/protocol.md` §2). All but the session's id travel as base64url.
 */

import { decodeBase64Url, encodeBase64Url } from './base64url.ts';
import { FormError } from './errors.ts';

const SIZES = { session: 16, salt: 16, share: 32, tag: 64, commit: 32, nonce: 32, token: 32 } as const;

export type Purpose = keyof typeof SIZES;

declare const purpose: unique symbol;

/** A byte string of the size its purpose asks for. */
export type Bytes<P extends Purpose> = Uint8Array & { readonly [purpose]: P };

/** 16 random bytes that name a session: CPace's `sid`. */
export type SessionId = Bytes<'session'>;
export type Salt = Bytes<'salt'>;
/** `Ya` or `Yb`. Not known to be a group element until `cpace.ts` has decoded it. */
export type Share = Bytes<'share'>;
/** `tag_a` or `tag_b`. */
export type Tag = Bytes<'tag'>;
/** Binds the recipient to the nonce before the agent has answered. */
export type Commit = Bytes<'commit'>;
/** Opens the reveal gate: the passcode depends on it, and it stays on this page until the passcode is on the screen. */
export type Nonce = Bytes<'nonce'>;
/** What makes this page the recipient of a session. */
export type RecipientToken = Bytes<'token'>;

/** Where randomness comes from: the operating system's generator on the page, fixed bytes in tests. */
export type Random = (length: number) => Uint8Array;

/** @throws {FormError} `base64url` when the size is not the purpose's. */
export function fromBytes<P extends Purpose>(as: P, bytes: Uint8Array): Bytes<P> {
  if (bytes.length !== SIZES[as]) throw new FormError('base64url');
  return bytes as Bytes<P>;
}

/** @throws {FormError} `base64url` */
export function fromText<P extends Purpose>(as: P, text: string): Bytes<P> {
  return fromBytes(as, decodeBase64Url(text));
}

export function draw<P extends Purpose>(as: P, random: Random): Bytes<P> {
  return fromBytes(as, random(SIZES[as]));
}

export function toText(bytes: Bytes<Exclude<Purpose, 'session'>>): string {
  return encodeBase64Url(bytes);
}

const CROCKFORD = '0123456789abcdefghjkmnpqrstvwxyz';
const TEXT_LENGTH = 26;

/** The id's text form: 26 characters of Crockford base32, most significant bits first, the last two bits zero. */
export function sessionIdToText(id: SessionId): string {
  let text = '';
  let held = 0;
  let bits = 0;
  for (const byte of id) {
    held = ((held << 8) | byte) & 0xfff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += CROCKFORD.charAt((held >> bits) & 0x1f);
    }
  }
  return text + CROCKFORD.charAt((held << (5 - bits)) & 0x1f);
}

/**
 * Reads an id that a person may have typed: upper case, `o` for `0`, `i` and `l` for `1` are taken, other last bits are not.
 * @throws {FormError} `session_id`
 */
export function sessionIdFromText(text: string): SessionId {
  if (text.length !== TEXT_LENGTH) throw new FormError('session_id');
  const id = new Uint8Array(SIZES.session);
  let place = 0;
  let held = 0;
  let bits = 0;
  for (const letter of text) {
    held = ((held << 5) | crockfordValue(letter)) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      id[place] = (held >> bits) & 0xff;
      place += 1;
    }
  }
  if ((held & ((1 << bits) - 1)) !== 0) throw new FormError('session_id');
  return fromBytes('session', id);
}

function crockfordValue(letter: string): number {
  // Upper case by ASCII alone: toLowerCase would let the Kelvin sign pass for a k.
  const lower = /^[A-Z]$/.test(letter) ? letter.toLowerCase() : letter;
  const folded = lower === 'o' ? '0' : lower === 'i' || lower === 'l' ? '1' : lower;
  const value = CROCKFORD.indexOf(folded);
  if (value < 0) throw new FormError('session_id');
  return value;
}
