/** What is computed before the values are there: the same answer as without, once, and nothing left of it afterwards. */

import { describe, expect, it } from 'vitest';
import { read } from './canonical.ts';
import { fromBytes, sessionIdFromText } from './ids.ts';
import { parseOffer } from './offer.ts';
import { Opened, rehearse } from './recipient.ts';
import { ScriptedAgent } from './testing/agent.ts';
import { CHANNEL, OFFER, SESSION_ID } from './testing/samples.ts';

const ID = sessionIdFromText(SESSION_ID);
const offer = parseOffer({ ...OFFER, fields: [{ name: 'Name', kind: 'text', hint: '' }] });
const values = [read('text', 'FR', 'Élodie', null)];
const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));

describe('an answer that was prepared', () => {
  it('convinces the agent, and is convinced', () => {
    const agent = new ScriptedAgent(CHANNEL, ID, offer, values, 'recipient', random);
    const opened = new Opened(CHANNEL, ID, offer, agent.share);
    opened.prepare(random);
    const { answered, answer } = opened.answer(values, 'recipient', random);
    const tag = agent.check(answer);
    if (tag === null) throw new Error('refused');
    const { passcode, nonce } = answered.accept(tag);
    expect(agent.reveal(answer, nonce)).toBe(passcode);
  });

  it('draws its scalar once, and wipes it', () => {
    const agent = new ScriptedAgent(CHANNEL, ID, offer, values, 'recipient', random);
    const drawn: Uint8Array[] = [];
    const recording = (length: number) => {
      const bytes = random(length);
      drawn.push(bytes);
      return bytes;
    };
    const opened = new Opened(CHANNEL, ID, offer, agent.share);
    opened.prepare(recording);
    opened.prepare(recording);
    expect(drawn).toHaveLength(1);
    opened.answer(values, 'recipient', recording);
    expect(drawn).toHaveLength(2);
    expect(drawn[0]).toEqual(new Uint8Array(32));
    expect(() => opened.answer(values, 'recipient', random)).toThrow(expect.objectContaining({ code: 'spent' }));
  });

  it('is forgotten with the session', () => {
    const agent = new ScriptedAgent(CHANNEL, ID, offer, values, 'recipient', random);
    let scalar = new Uint8Array();
    const opened = new Opened(CHANNEL, ID, offer, agent.share);
    opened.prepare((length) => (scalar = random(length)));
    opened.wipe();
    expect(scalar).toEqual(new Uint8Array(32));
    expect(() => opened.answer(values, 'recipient', random)).toThrow(expect.objectContaining({ code: 'spent' }));
  });

  it('refuses a bad share when the answer is asked for, not before', () => {
    const identity = new Opened(CHANNEL, ID, offer, fromBytes('share', new Uint8Array(32)));
    const nothing = new Opened(CHANNEL, ID, offer, fromBytes('share', new Uint8Array(32).fill(255)));
    identity.prepare(random);
    nothing.prepare(random);
    const code = (code: string) => expect.objectContaining({ code }) as Error;
    expect(() => identity.answer(values, 'recipient', random)).toThrow(code('identity'));
    expect(() => nothing.answer(values, 'recipient', random)).toThrow(code('not_an_element'));
  });
});

it('rehearses without a trace', () => {
  expect(() => {
    rehearse(random);
  }).not.toThrow();
});
