/**
 * The files of `crates/protocol/testdata/cases` (`docs/vectors.md`): for every rule something to accept and something to refuse. Rust is
 * held to the same ones. What only the service or the agent decides (`step`, `message`) is theirs.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { typedDigits } from '../flow.ts';
import { decodeBase64Url } from './base64url.ts';
import { read } from './canonical.ts';
import { agree, drawScalar, generator, shareOf } from './cpace.ts';
import { ExchangeError, FormError, ValueError } from './errors.ts';
import { fromBytes, fromText, sessionIdFromText, toText } from './ids.ts';
import { type Began, offerBytes, parseOffer } from './offer.ts';
import type { Kind } from './kinds.ts';
import { readPhone } from './phone-library.ts';
import { prefillFrom } from './prefill.ts';
import { Opened } from './recipient.ts';
import { ScriptedAgent } from './testing/agent.ts';
import { hex, unhex } from './testing/files.ts';

type Members = Readonly<Record<string, unknown>>;

interface Case {
  readonly name: string;
  readonly check: string;
  readonly accept: boolean;
  readonly members: Members;
}

const FOLDER = new URL('../../../crates/protocol/testdata/cases/', import.meta.url);

function load(name: string): Case {
  const lines = readFileSync(new URL(name, FOLDER), 'utf8').trimEnd().split('\n');
  const pairs = lines.map((line) => [line.slice(0, line.indexOf(': ')), line.slice(line.indexOf(': ') + 2)] as const);
  const word = (key: string) => pairs.find(([found]) => found === key)?.[1] ?? '';
  const members = Object.fromEntries(pairs.slice(3).map(([key, value]) => [key, JSON.parse(value) as unknown]));
  return { name, check: word('check'), accept: word('expect') === 'accept', members };
}

const CASES = readdirSync(FOLDER).flatMap((rule) =>
  readdirSync(new URL(`${rule}/`, FOLDER)).map((file) => load(`${rule}/${file}`)),
);

class Refused extends Error {}

const text = (members: Members, key: string) => members[key] as string;

function values(members: Members) {
  const offer = parseOffer(members['offer']);
  const typed = members['typed'] as string[];
  return offer.fields.map((field, at) => read(field.kind, offer.region, typed[at] ?? '', readPhone));
}

const place = (members: Members) => ({ origin: text(members, 'origin'), handle: text(members, 'handle') });

function answerOf(members: Members) {
  const answer = members['answer'] as Record<'share' | 'commit' | 'tag' | 'began', string>;
  return {
    share: fromText('share', answer.share),
    commit: fromText('commit', answer.commit),
    began: answer.began as Began,
    tag: fromText('tag', answer.tag),
  };
}

/** The agent's side. The page has none: this is the tests' own, which shares the page's arithmetic. */
function agent(members: Members): Members {
  const id = sessionIdFromText(text(members, 'session_id'));
  const offer = parseOffer(members['offer']);
  const began = members['began'] as Began;
  const scripted = new ScriptedAgent(place(members), id, offer, values(members), began, () => unhex(text(members, 'ya')));
  expect(toText(scripted.share)).toBe(members['share_a']);
  const answer = answerOf(members);
  agree(drawScalar(() => unhex(text(members, 'ya'))), scripted.share, answer.share);
  const tag = scripted.check(answer);
  if (tag === null) throw new Refused();
  return { tag_a: toText(tag), passcode: scripted.reveal(answer, fromText('nonce', text(members, 'nonce'))) };
}

function recipient(members: Members): Members {
  const id = sessionIdFromText(text(members, 'session_id'));
  const opened = new Opened(place(members), id, parseOffer(members['offer']), fromText('share', text(members, 'share_a')));
  // The page draws its scalar first, its nonce second; copies, for what served is wiped.
  const draws = [unhex(text(members, 'yb')), fromText('nonce', text(members, 'nonce')).slice()];
  opened.prepare(() => draws.shift() ?? new Uint8Array(32).fill(1));
  const drawn = opened.answer(values(members), members['began'] as Began, () => draws.shift() ?? new Uint8Array(32).fill(1));
  const { share, commit, began, tag } = drawn.answer;
  const { passcode } = drawn.answered.accept(fromText('tag', text(members, 'tag_a')));
  return { passcode, answer: { share: toText(share), commit: toText(commit), began, tag: toText(tag) } };
}

function refuseUnless(holds: boolean): Members {
  if (!holds) throw new Refused();
  return {};
}

const CHECKS: Record<string, (members: Members) => Members> = {
  session_id: (members) => ({ bytes: hex(sessionIdFromText(text(members, 'input'))) }),
  base64url: (members) => {
    const bytes = decodeBase64Url(text(members, 'input'));
    return { ...refuseUnless(bytes.length === members['size']), bytes: hex(bytes) };
  },
  value: (members) => ({
    canonical: read(members['kind'] as Kind, text(members, 'region'), text(members, 'typed'), readPhone).text,
  }),
  offer: (members) => ({ bytes: hex(offerBytes(parseOffer(members['offer']))) }),
  share: (members) => {
    const own = shareOf(generator(Uint8Array.of(1), Uint8Array.of(2), Uint8Array.of(3)), new Uint8Array(32).fill(1));
    agree(new Uint8Array(32).fill(1), own, fromBytes('share', unhex(text(members, 'share'))));
    return {};
  },
  agent,
  gate: (members) => refuseUnless(agent(members)['passcode'] === members['passcode']),
  recipient,
  scalar: (members) => {
    const draws = (members['draws'] as string[]).map(unhex);
    return refuseUnless(hex(drawScalar(() => draws.shift() ?? new Uint8Array(32).fill(1))) === members['used']);
  },
  typed: (members) => refuseUnless(typedDigits(text(members, 'typed')) === members['passcode']),
  prefill: (members) => {
    const value = prefillFrom(text(members, 'fragment'));
    return { ...refuseUnless(value !== null), value };
  },
};

function codeOf(error: unknown): string {
  if (error instanceof ValueError || error instanceof ExchangeError) return error.code;
  if (error instanceof FormError || error instanceof Refused) return '';
  throw error;
}

describe('the files', () => {
  it('are there', () => {
    expect(CASES.length).toBeGreaterThanOrEqual(150);
  });

  it.each(CASES.filter(({ check }) => check !== 'step' && check !== 'message'))('$name', ({ check, accept, members }) => {
    const decide = CHECKS[check];
    if (decide === undefined) throw new Error(`unknown check ${check}`);
    let found: Members | null = null;
    let code = '';
    try {
      found = decide(members);
    } catch (error) {
      code = codeOf(error);
    }
    expect(found !== null, code).toBe(accept);
    if (found !== null) expect(members).toMatchObject(found);
    else if (code !== '' && 'code' in members) expect(code).toBe(members['code']);
  });
});
