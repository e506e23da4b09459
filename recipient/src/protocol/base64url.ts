/**
 * base64url without padding, strictly: one byte string has one text (`docs/protocol.md` §2). A text with padding, with
 * other characters or with bits set that no byte holds is refused, so that "the same bytes again" is a question about
 * bytes.
 */

import { FormError } from './errors.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

export function encodeBase64Url(bytes: Uint8Array): string {
  let text = '';
  let held = 0;
  let bits = 0;
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0x3fff;
    bits += 8;
    while (bits >= 6) {
      bits -= 6;
      text += ALPHABET.charAt((held >> bits) & 0x3f);
    }
  }
  if (bits > 0) text += ALPHABET.charAt((held << (6 - bits)) & 0x3f);
  return text;
}

/** @throws {FormError} `base64url` */
export function decodeBase64Url(text: string): Uint8Array {
  if (text.length % 4 === 1) throw new FormError('base64url');
  const bytes = new Uint8Array(Math.floor((text.length * 6) / 8));
  let place = 0;
  let held = 0;
  let bits = 0;
  for (const letter of text) {
    const six = ALPHABET.indexOf(letter);
    if (six < 0) throw new FormError('base64url');
    held = ((held << 6) | six) & 0x3fff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[place] = (held >> bits) & 0xff;
      place += 1;
    }
  }
  if ((held & ((1 << bits) - 1)) !== 0) throw new FormError('base64url');
  return bytes;
}
