import { describe, expect, it } from 'vitest';
import { decodeBase64Url, encodeBase64Url } from './base64url.ts';
import { equal, leb128, lvCat, lvLength, u32, wipe } from './bytes.ts';

describe('lvCat', () => {
  it('writes lengths as unsigned LEB128', () => {
    expect([0, 1, 127, 128, 300].map(leb128)).toEqual([[0], [1], [127], [0x80, 1], [0xac, 2]]);
  });

  it('precedes each part by its length', () => {
    const long = new Uint8Array(200).fill(7);
    const out = lvCat(new Uint8Array(), Uint8Array.of(97, 98), long);
    expect(Array.from(out.slice(0, 6))).toEqual([0, 2, 97, 98, 0xc8, 1]);
    expect(out.length).toBe(1 + 3 + 202);
    expect(lvLength(long)).toBe(202);
  });

  it('keeps lists of parts apart', () => {
    expect(lvCat(Uint8Array.of(1, 2), Uint8Array.of(3))).not.toEqual(lvCat(Uint8Array.of(1), Uint8Array.of(2, 3)));
  });
});

it('writes integers big-endian', () => {
  expect(Array.from(u32(0x01020304))).toEqual([1, 2, 3, 4]);
});

it('compares bytes', () => {
  expect(equal(Uint8Array.of(1, 2), Uint8Array.of(1, 2))).toBe(true);
  expect(equal(Uint8Array.of(1, 2), Uint8Array.of(1, 3))).toBe(false);
  expect(equal(Uint8Array.of(1, 2), Uint8Array.of(1, 2, 0))).toBe(false);
});

it('wipes', () => {
  const secret = Uint8Array.of(1, 2);
  wipe(secret);
  expect(Array.from(secret)).toEqual([0, 0]);
});

describe('base64url', () => {
  it('reads what it writes, for every length', () => {
    for (let length = 0; length < 70; length += 1) {
      const bytes = Uint8Array.from({ length }, (_, i) => (i * 37 + length) & 0xff);
      expect(encodeBase64Url(bytes)).toBe(Buffer.from(bytes).toString('base64url'));
      expect(decodeBase64Url(encodeBase64Url(bytes))).toEqual(bytes);
    }
  });

  it.each(['A', 'AA==', '+/v7', 'AB', 'AAB', 'A A', '\u{1f600}', 'AAAAA'])('refuses %j', (text) => {
    expect(() => decodeBase64Url(text)).toThrow(expect.objectContaining({ code: 'base64url' }));
  });
});
