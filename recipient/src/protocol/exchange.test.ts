/**
 * The exchange: the CFRG's vectors (read from beside the repository, never copied), the vectors shared with the Rust
 * implementation (`crates/protocol/testdata/exchange.json`), and what must fail.
 */

import { describe, expect, it } from 'vitest';
import { read } from './canonical.ts';
import { agree, drawScalar, generator, sessionKey, shareOf } from './cpace.ts';
import { fromBytes, fromText, type Random, sessionIdFromText, toText } from './ids.ts';
import { channelBytes, commitTo, confirmationKey, confirmationTag, digest, passcode } from './keys.ts';
import { answerBytes, type Began, offerBytes, parseOffer } from './offer.ts';
import { reply } from './peer.ts';
import { readPhone } from './phone-library.ts';
import { prefillFrom } from './prefill.ts';
import { type Answer, Opened } from './recipient.ts';
import { ScriptedAgent } from './testing/agent.ts';
import { hex, readVectors, unhex } from './testing/files.ts';
import { CHANNEL, OFFER, SESSION_ID } from './testing/samples.ts';

/** Reproducible bytes, each call's different. */
function counting(start = 1): Random {
  let next = start;
  return (length) => new Uint8Array(length).fill(next++);
}

const ID = sessionIdFromText(SESSION_ID);
const offer = parseOffer(OFFER);
const values = (typed = '06 12 34 56 78') => [read('phone', 'FR', typed, readPhone)];

function run(typed: string, began: Began = 'recipient', tamper?: (answer: Answer) => Answer) {
  const agent = new ScriptedAgent(CHANNEL, ID, offer, values(), 'recipient', counting(7));
  const opened = new Opened(CHANNEL, ID, offer, agent.share);
  const { answered, answer } = opened.answer(values(typed), began, counting());
  return { agent, opened, answered, answer, tag: agent.check(tamper?.(answer) ?? answer) };
}

describe('an exchange', () => {
  it('gives both sides one passcode', () => {
    const { agent, answered, answer, tag } = run('+33612345678');
    if (tag === null) throw new Error('refused');
    const { passcode: shown, nonce } = answered.accept(tag);
    expect(shown).toMatch(/^[0-9]{6}$/);
    expect(agent.reveal(answer, nonce)).toBe(shown);
    expect(agent.reveal(answer, fromBytes('nonce', new Uint8Array(32)))).toBeNull();
  });

  it('fails with another value, another answer to who began, or an altered message', () => {
    expect(run('06 12 34 56 79').tag).toBeNull();
    expect(run('06 12 34 56 78', 'organization').tag).toBeNull();
    const altered = (answer: Answer) => ({ ...answer, began: 'organization' as const });
    expect(run('06 12 34 56 78', 'recipient', altered).tag).toBeNull();
  });

  it('fails when a word that was shown differs', () => {
    const agent = new ScriptedAgent(CHANNEL, ID, offer, values(), 'recipient', counting(7));
    for (const change of [{ org_name: 'Acme' }, { subject: '' }, { passcode_digits: 4 }]) {
      const shown = parseOffer({ ...OFFER, ...change });
      const { answer } = new Opened(CHANNEL, ID, shown, agent.share).answer(values(), 'recipient', counting());
      expect(agent.check(answer)).toBeNull();
    }
    const elsewhere = { ...CHANNEL, origin: 'https://verify.example.evil' };
    const { answer } = new Opened(elsewhere, ID, offer, agent.share).answer(values(), 'recipient', counting());
    expect(agent.check(answer)).toBeNull();
  });

  it('answers once, and accepts once', () => {
    const { opened, answered, tag } = run('0612345678');
    const spent: unknown = expect.objectContaining({ code: 'spent' });
    expect(() => opened.answer(values(), 'recipient', counting())).toThrow(spent);
    if (tag === null) throw new Error('refused');
    answered.accept(tag);
    expect(() => answered.accept(tag)).toThrow(spent);
  });

  it('has no passcode for a tag that does not confirm', () => {
    const { answered, answer } = run('0612345678');
    // Our own tag, sent back, is not the agent's.
    expect(() => answered.accept(answer.tag)).toThrow(expect.objectContaining({ code: 'not_confirmed' }));
  });

  it('refuses values that do not fit the fields', () => {
    const opened = new Opened(CHANNEL, ID, offer, run('0612345678').agent.share);
    const text = [read('text', 'FR', 'x', null)];
    const misfit: unknown = expect.objectContaining({ code: 'values_do_not_fit' });
    expect(() => opened.answer(text, 'recipient', counting())).toThrow(misfit);
  });
});

describe('cpace', () => {
  const base = generator(Uint8Array.of(1), Uint8Array.of(2), Uint8Array.of(3));

  it('refuses our own share sent back', () => {
    const scalar = drawScalar(counting());
    const own = shareOf(base, scalar);
    expect(() => agree(scalar, own, own)).toThrow(expect.objectContaining({ code: 'reflected' }));
  });

  it('draws a zero scalar again, and clears the top bits', () => {
    expect(hex(drawScalar(counting(0)))).toBe('01'.repeat(32));
    expect(drawScalar(() => new Uint8Array(32).fill(0xff))[31]).toBe(0x0f);
    // All zero once the top bits are cleared.
    const draws = [new Uint8Array(32), new Uint8Array(32).fill(3)];
    draws[0]?.set([0xf0], 31);
    expect(hex(drawScalar(() => draws.shift() ?? new Uint8Array(32)))).toBe('03'.repeat(32));
  });
});

interface Cfrg {
  readonly exchange: Record<
    'PRS' | 'CI' | 'sid' | 'g' | 'ya' | 'yb' | 'ADa' | 'ADb' | 'Ya' | 'Yb' | 'K' | 'ISK_IR',
    string
  >;
  readonly points: {
    readonly Valid: Record<string, string>;
    readonly 'Invalid Y1': string;
    readonly 'Invalid Y2': string;
  };
}

const cfrg = readVectors('../shared/vectors/cpace-ristretto255-sha512.json') as Cfrg | null;

describe.skipIf(cfrg === null)('the CFRG vectors (skipped: they are not beside this checkout)', () => {
  const low = (text: string | undefined) => (text ?? '').toLowerCase();

  it('exchange', () => {
    if (cfrg === null) return;
    const x = cfrg.exchange;
    const [ya, yb] = [unhex(x.ya), unhex(x.yb)];
    const base = generator(unhex(x.PRS), unhex(x.CI), unhex(x.sid));
    expect(hex(base.toBytes())).toBe(low(x.g));
    const [a, b] = [shareOf(base, ya), shareOf(base, yb)];
    expect([hex(a), hex(b)]).toEqual([low(x.Ya), low(x.Yb)]);
    expect(hex(agree(ya, a, b))).toBe(low(x.K));
    expect(hex(agree(yb, b, a))).toBe(low(x.K));
    const halves = [
      { share: a, associated: unhex(x.ADa) },
      { share: b, associated: unhex(x.ADb) },
    ] as const;
    const sid = fromBytes('session', unhex(x.sid));
    expect(hex(sessionKey(unhex(x.K), sid, halves[0], halves[1]))).toBe(low(x.ISK_IR));
  });

  it('points', () => {
    if (cfrg === null) return;
    const { Valid, 'Invalid Y1': notAnElement, 'Invalid Y2': identity } = cfrg.points;
    const scalar = unhex(Valid['s'] ?? '');
    const own = fromBytes('share', new Uint8Array(32).fill(1));
    const multiply = (peer: string) => agree(scalar, own, fromBytes('share', unhex(peer)));
    expect(hex(multiply(Valid['X'] ?? ''))).toBe(low(Valid['G.scalar_mult_vfy(s,X)']));
    expect(() => multiply(notAnElement)).toThrow(expect.objectContaining({ code: 'not_an_element' }));
    expect(() => multiply(identity)).toThrow(expect.objectContaining({ code: 'identity' }));
  });
});

interface Shared {
  readonly name: string;
  readonly session_id: string;
  readonly origin: string;
  readonly handle: string;
  readonly offer: unknown;
  readonly values: readonly string[];
  readonly began: Began;
  readonly passcode: string;
  readonly [hexed: string]: unknown;
}

const shared = readVectors('crates/protocol/testdata/exchange.json') as { cases: readonly Shared[] } | null;

describe.skipIf(shared === null)('the shared vectors (skipped while the file is absent)', () => {
  it.each(shared?.cases ?? [])('$name', (x) => {
    const bytes = (name: string) => unhex(String(x[name]));
    const id = sessionIdFromText(x.session_id);
    const offer = parseOffer(x.offer);
    const read_ = offer.fields.map((field, i) => read(field.kind, offer.region, x.values[i] ?? '', readPhone));
    const [ya, yb, nonce] = [bytes('ya'), bytes('yb'), fromBytes('nonce', bytes('nonce'))];
    const prs = digest(offer.salt, read_);
    const ci = channelBytes({ origin: x.origin, handle: x.handle });
    const g = generator(prs, ci, id);
    const [Ya, Yb] = [shareOf(g, ya), shareOf(g, yb)];
    const ada = offerBytes(offer);
    const adb = answerBytes(commitTo(nonce), x.began);
    const K = agree(yb, Yb, Ya);
    const [a, b] = [
      { share: Ya, associated: ada },
      { share: Yb, associated: adb },
    ];
    const isk = sessionKey(K, id, a, b);
    const mac_key = confirmationKey(id, isk);
    const [tag_a, tag_b] = [confirmationTag(mac_key, a), confirmationTag(mac_key, b)];
    const commit = commitTo(nonce);
    const computed = { ci, offer_bytes: ada, ada, adb, Ya, Yb, commit, tag_a, tag_b };
    for (const [name, value] of Object.entries(computed)) expect(hex(value), name).toBe(x[name]);
    // What Rust keeps in types that show nothing; given where it is given.
    for (const [name, value] of Object.entries({ prs, g: g.toBytes(), K, isk, mac_key })) {
      if (name in x) expect(hex(value), name).toBe(x[name]);
    }
    expect(passcode(isk, nonce, offer.passcodeDigits)).toBe(x.passcode);

    const { session_id, origin, handle, values, began } = x;
    const request = { op: 'answer', session_id, origin, handle, offer: x.offer, values, began, y: x['yb'] };
    expect(JSON.parse(reply(JSON.stringify({ ...request, share: toText(Ya), nonce: x['nonce'] })))).toEqual({
      share: toText(Yb),
      commit: toText(commitTo(nonce)),
      tag: toText(tag_b),
      passcode: x.passcode,
      tag_a: toText(tag_a),
    });
  });
});

describe('the peer', () => {
  const ask = (request: object): unknown => JSON.parse(reply(JSON.stringify(request)));

  it('reads values', () => {
    expect(ask({ op: 'canonical', kind: 'phone', region: 'FR', input: '0612345678' })).toEqual({
      canonical: '+33612345678',
      valid: true,
    });
    expect(ask({ op: 'canonical', kind: 'text', input: 'A' })).toEqual({ canonical: 'a' });
    expect(ask({ op: 'canonical', kind: 'date', input: 'x' })).toEqual({ error: 'not_of_kind' });
  });

  it('survives what it cannot read', () => {
    expect(ask({ op: 'canonical', kind: 'iban', input: 'x' })).toEqual({ error: 'bad_request' });
    expect(JSON.parse(reply('{'))).toEqual({ error: 'bad_request' });
  });

  it('answers as the page does', () => {
    const agent = new ScriptedAgent(CHANNEL, ID, offer, values(), 'recipient', counting(7));
    const common = { op: 'answer', session_id: SESSION_ID, ...CHANNEL, offer: OFFER, began: 'recipient' };
    const request = { ...common, values: ['0612345678'], y: '05'.repeat(32), nonce: '06'.repeat(32) };
    const answer = ask({ ...request, share: toText(agent.share) }) as Record<string, string>;
    const tag = agent.check({
      share: fromText('share', answer['share'] ?? ''),
      commit: fromText('commit', answer['commit'] ?? ''),
      tag: fromText('tag', answer['tag'] ?? ''),
      began: 'recipient',
    });
    expect(tag === null ? null : toText(tag)).toBe(answer['tag_a']);
    const identity = toText(fromBytes('share', new Uint8Array(32)));
    expect(ask({ ...request, share: identity })).toEqual({ error: 'identity' });
  });
});

describe('prefillFrom', () => {
  it('reads the value as typed', () => {
    expect(prefillFrom('#?v=MDYgMTI')).toBe('06 12');
    expect(prefillFrom(`#?v=${Buffer.from('é \u{1f600}').toString('base64url')}`)).toBe('é \u{1f600}');
  });

  it.each(['', '#', '#?v=', '#v=MDYgMTI', '#?v=MDYgMTI=', '#?v=_w', '#?v=A', '#?v=MDYgMTI&x=1'])(
    'ignores %j',
    (fragment) => {
      expect(prefillFrom(fragment)).toBeNull();
    },
  );
});
