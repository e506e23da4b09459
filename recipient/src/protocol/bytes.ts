/**
 * The unambiguous byte encoding everything hashed goes through (`docs/protocol.md` §1), and what secrets in byte arrays
 * need: comparison in constant time and wiping. It knows no protocol message.
 */

const encoder = new TextEncoder();

/** The UTF-8 of `text`. The caller has made sure that it holds no lone surrogate. */
export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Unsigned LEB128 of a length. */
export function leb128(n: number): number[] {
  const out: number[] = [];
  let rest = n;
  while (rest >= 0x80) {
    out.push((rest & 0x7f) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  out.push(rest);
  return out;
}

/** `lv(a) ‖ lv(b) ‖ …`: each part preceded by its length, so that no two lists of parts share one encoding. */
export function lvCat(...parts: readonly Uint8Array[]): Uint8Array {
  // Sized before it is filled: parts may be secret, and a buffer that grows leaves copies behind.
  const out = new Uint8Array(parts.reduce((size, part) => size + lvLength(part), 0));
  let place = 0;
  for (const part of parts) {
    const length = leb128(part.length);
    out.set(length, place);
    out.set(part, place + length.length);
    place += length.length + part.length;
  }
  return out;
}

/** Length of `lv(part)` in bytes. */
export function lvLength(part: Uint8Array): number {
  return leb128(part.length).length + part.length;
}

/** Integers inside `lvCat` are big-endian, four bytes. */
export function u32(n: number): Uint8Array {
  const out = new Uint8Array(4);
  new DataView(out.buffer).setUint32(0, n);
  return out;
}

/** Whether two byte strings are equal, in a time that depends on their lengths alone. */
export function equal(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  a.forEach((byte, place) => {
    difference |= byte ^ (b[place] ?? 0);
  });
  return difference === 0;
}

/** Overwrites secrets that have served. Strings cannot be wiped; that is why secrets are kept as bytes. */
export function wipe(...secrets: readonly Uint8Array[]): void {
  for (const secret of secrets) secret.fill(0);
}
