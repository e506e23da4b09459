/**
 * The protocol module as a program: JSON lines in, JSON lines out, so that a test written in another language can run its
 * own implementation against this one on inputs of its choosing (`npm run peer` runs `peer-main.ts`, which is this on standard input). For tests alone: it is no part of the page
 * and prints what the page keeps secret.
 *
 *     {"op":"canonical","kind":"phone","region":"FR","input":"06 12 34 56 78"}
 *       → {"canonical":"+33612345678","valid":true} | {"error":"not_of_kind"}
 *     {"op":"answer","session_id","origin","handle","offer","share","values":[…],"began","y":hex,"nonce":hex}
 *       → {"share","commit","tag","passcode","tag_a"} | {"error":"identity"}
 *
 * `tag_a` is the tag this side expects of the agent. Values of `canonical` and `valid` are as in the shared vectors.
 */

import { KINDS, type Kind, read } from './canonical.ts';
import { ExchangeError, FormError, ValueError } from './errors.ts';
import { fromText, type Random, sessionIdFromText, toText } from './ids.ts';
import { type Began, parseOffer } from './offer.ts';
import { readPhone } from './phone-library.ts';
import { passcode } from './keys.ts';
import { agreement } from './recipient.ts';

type Request = Readonly<Record<string, unknown>>;

/** One line's answer. */
export function reply(line: string): string {
  try {
    const request = JSON.parse(line) as Request;
    return JSON.stringify(request['op'] === 'answer' ? answer(request) : canonical(request));
  } catch (error) {
    return JSON.stringify({ error: code(error) });
  }
}

function canonical(request: Request): object {
  const kind = kindOf(request['kind']);
  const value = read(kind, string(request['region'] ?? ''), string(request['input']), readPhone);
  const { reading } = value;
  return { canonical: value.text, ...(reading.as === 'phone' ? { valid: reading.valid } : {}) };
}

function answer(request: Request): object {
  const offer = parseOffer(request['offer']);
  const channel = { origin: string(request['origin']), handle: string(request['handle']) };
  const id = sessionIdFromText(string(request['session_id']));
  const agentShare = fromText('share', string(request['share']));
  const typed = request['values'] as readonly unknown[];
  const values = offer.fields.map((field, i) => read(field.kind, offer.region, string(typed[i]), readPhone));
  const random = fixed(unhex(string(request['nonce'])), unhex(string(request['y'])));
  const terms = { channel, id, offer, agentShare };
  const { answer, isk, nonce, expected } = agreement(terms, values, string(request['began']) as Began, random);
  return {
    share: toText(answer.share),
    commit: toText(answer.commit),
    tag: toText(answer.tag),
    passcode: passcode(isk, nonce, offer.passcodeDigits),
    tag_a: toText(expected),
  };
}

/** Hands out `draws` in turn. */
function fixed(...draws: readonly Uint8Array[]): Random {
  let place = 0;
  return () => {
    const drawn = draws[place];
    place += 1;
    if (drawn === undefined) throw new TypeError('more randomness was drawn than given');
    return drawn.slice();
  };
}

function kindOf(name: unknown): Kind {
  const kind = KINDS.find((known) => known === name);
  if (kind === undefined) throw new TypeError('unknown kind');
  return kind;
}

function string(json: unknown): string {
  if (typeof json !== 'string') throw new TypeError('expected a string');
  return json;
}

function unhex(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

function code(error: unknown): string {
  const known = error instanceof ValueError || error instanceof FormError || error instanceof ExchangeError;
  return known ? error.code : 'bad_request';
}
