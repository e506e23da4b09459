import { describe, expect, it } from 'vitest';
import { draw, fromBytes, fromText, sessionIdFromText, sessionIdToText, toText } from './ids.ts';

const sessionId = (...bytes: readonly number[]) =>
  fromBytes(
    'session',
    Uint8Array.from({ length: 16 }, (_, i) => bytes[i] ?? 0),
  );

describe('session ids', () => {
  it('have one text form, most significant bits first', () => {
    expect(sessionIdToText(sessionId(...new Array<number>(16).fill(0xff)))).toBe('zzzzzzzzzzzzzzzzzzzzzzzzzw');
    expect(sessionIdToText(sessionId())).toBe('0'.repeat(26));
    expect(sessionIdToText(sessionId(0b0000_1000))).toMatch(/^10/);
  });

  it('are read back', () => {
    const id = sessionId(1, 2, 3, 250, 251, 252, 9, 8, 7);
    expect(sessionIdFromText(sessionIdToText(id))).toEqual(id);
  });

  it('are read as Crockford says when a person typed them', () => {
    const id = sessionIdFromText('0123456789abcdefghjkmnpqrg');
    expect(sessionIdFromText('OI23456789ABCDEFGHJKMNPQRG')).toEqual(id);
    expect(sessionIdFromText('oL23456789abcdefghjkmnpqrg')).toEqual(id);
  });

  it.each([
    '',
    '0123456789abcdefghjkmnpqr',
    '0123456789abcdefghjkmnpqrgg',
    'u123456789abcdefghjkmnpqrg',
    '0123456789abcdefghjkmnpqrs',
    '0123456789abcdefghjkmnpqr1',
    '\u212a123456789abcdefghjkmnpqrg'.slice(0, 26),
  ])('refuse %j', (text) => {
    expect(() => sessionIdFromText(text)).toThrow(expect.objectContaining({ code: 'session_id' }));
  });
});

describe('fixed sizes', () => {
  it('are kept', () => {
    expect(toText(fromText('salt', '-_v7-_v7-_v7-_v7-_v7-w'))).toBe('-_v7-_v7-_v7-_v7-_v7-w');
    expect(() => fromText('salt', '-_v7')).toThrow(expect.objectContaining({ code: 'base64url' }));
    expect(draw('token', (length) => new Uint8Array(length)).length).toBe(32);
  });
});
