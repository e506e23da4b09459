/**
 * The recipient's side of a run, as types (`docs/protocol.md` §5). Each step consumes the one before, so a link cannot be
 * answered twice and there is no passcode before the agent's tag was checked:
 *
 *     Opened ──answer──▶ Answered ──accept──▶ Confirmed
 *
 * It never talks to anybody: `flow.ts` carries what these objects make.
 */

import { equal, wipe } from './bytes.ts';
import { type Canonical, read } from './canonical.ts';
import { drawScalar, generator, multiplied, refuseReflection, sessionKey, shareOf } from './cpace.ts';
import { ExchangeError } from './errors.ts';
import { type Commit, draw, fromBytes, type Nonce, type Random, type SessionId, type Share, type Tag } from './ids.ts';
import { type Channel, channelBytes, commitTo, confirmationKey, confirmationTag, digest, passcode } from './keys.ts';
import { answerBytes, type Began, type Offer, offerBytes } from './offer.ts';

/** What the recipient sends. */
export interface Answer {
  readonly share: Share;
  readonly commit: Commit;
  readonly began: Began;
  readonly tag: Tag;
}

/** The link was opened: the offer and the agent's share are here. */
export class Opened {
  readonly offer: Offer;
  readonly #channel: Channel;
  readonly #id: SessionId;
  readonly #agentShare: Share;
  #half: OwnHalf | null = null;
  #spent = false;

  constructor(channel: Channel, id: SessionId, offer: Offer, agentShare: Share) {
    this.#channel = channel;
    this.#id = id;
    this.offer = offer;
    this.#agentShare = agentShare;
  }

  /**
   * Computes ahead what does not depend on the values: half of the work, done while they are being typed. A share that is no
   * element is left for {@link answer} to refuse.
   */
  prepare(random: Random): void {
    if (this.#spent || this.#half !== null) return;
    try {
      this.#half = ownHalf(this.#agentShare, random);
    } catch (error) {
      if (!(error instanceof ExchangeError)) throw error;
    }
  }

  /** Forgets what was prepared: there will be no answer, or there was one. */
  wipe(): void {
    this.#spent = true;
    if (this.#half !== null) wipe(this.#half.scalar, this.#half.k);
    this.#half = null;
  }

  /**
   * Computes the answer from the values: one guess, whether it succeeds or not.
   * @throws {ExchangeError} `spent`, `values_do_not_fit`, `reflected`, `not_an_element`, `identity`
   */
  answer(values: readonly Canonical[], began: Began, random: Random): { answered: Answered; answer: Answer } {
    if (this.#spent) throw new ExchangeError('spent');
    this.#spent = true;
    const terms = { channel: this.#channel, id: this.#id, offer: this.offer, agentShare: this.#agentShare };
    try {
      const { answer, isk, nonce, expected } = agreement(terms, values, began, random, this.#half);
      return { answered: new Answered(isk, nonce, expected, this.offer.passcodeDigits), answer };
    } finally {
      this.wipe();
    }
  }
}

/** The answer is out. */
export class Answered {
  readonly #isk: Uint8Array;
  readonly #nonce: Nonce;
  readonly #expected: Tag;
  readonly #digits: number;
  #spent = false;

  constructor(isk: Uint8Array, nonce: Nonce, expected: Tag, digits: number) {
    this.#isk = isk;
    this.#nonce = nonce;
    this.#expected = expected;
    this.#digits = digits;
  }

  /**
   * Checks the agent's tag; only then is there a passcode.
   * @throws {ExchangeError} `spent`, `not_confirmed`: whoever sent the tag does not hold the value.
   */
  accept(tag: Tag): Confirmed {
    if (this.#spent) throw new ExchangeError('spent');
    if (!equal(tag, this.#expected)) {
      this.wipe();
      throw new ExchangeError('not_confirmed');
    }
    const confirmed = { passcode: passcode(this.#isk, this.#nonce, this.#digits), nonce: this.#nonce };
    this.#spent = true;
    wipe(this.#isk, this.#expected);
    return confirmed;
  }

  /** Forgets everything: the run is over. */
  wipe(): void {
    this.#spent = true;
    wipe(this.#isk, this.#nonce, this.#expected);
  }
}

/** The agent holds the same value: the passcode may be shown, and the nonce sent once it is. */
export interface Confirmed {
  readonly passcode: string;
  readonly nonce: Nonce;
}

/** What both sides know before the values. */
export interface Terms {
  readonly channel: Channel;
  readonly id: SessionId;
  readonly offer: Offer;
  readonly agentShare: Share;
}

/** `y`, and `K` that follows from it and the agent's share alone. Secret; serves once. */
interface OwnHalf {
  readonly scalar: Uint8Array;
  readonly k: Uint8Array;
}

/** @throws {ExchangeError} `not_an_element`, `identity` */
function ownHalf(agentShare: Share, random: Random): OwnHalf {
  const scalar = drawScalar(random);
  try {
    return { scalar, k: multiplied(scalar, agentShare) };
  } catch (error) {
    wipe(scalar);
    throw error;
  }
}

/** All that follows from the terms and the values. Secret but for `answer`. */
export interface Agreement {
  readonly answer: Answer;
  readonly isk: Uint8Array;
  readonly nonce: Nonce;
  /** `tag_a`, as an agent who holds the same values makes it. */
  readonly expected: Tag;
}

/**
 * The computation behind {@link Opened.answer}, for tests and for `peer.ts`; the page goes through {@link Opened}.
 * @param prepared what {@link Opened.prepare} made ahead
 * @throws {ExchangeError} `values_do_not_fit`, `reflected`, `not_an_element`, `identity`
 */
export function agreement(
  { channel, id, offer, agentShare }: Terms,
  values: readonly Canonical[],
  began: Began,
  random: Random,
  prepared: OwnHalf | null = null,
): Agreement {
  const fits =
    values.length === offer.fields.length && offer.fields.every((field, place) => field.kind === values[place]?.kind);
  if (!fits) throw new ExchangeError('values_do_not_fit');

  const nonce = draw('nonce', random);
  const prs = digest(offer.salt, values);
  const { scalar, k } = prepared ?? ownHalf(agentShare, random);
  let share: Share;
  try {
    share = shareOf(generator(prs, channelBytes(channel), id), scalar);
    refuseReflection(share, agentShare);
  } finally {
    wipe(prs, scalar);
  }

  const commit = commitTo(nonce);
  const ours = { share, associated: answerBytes(commit, began) };
  const theirs = { share: agentShare, associated: offerBytes(offer) };
  const isk = sessionKey(k, id, theirs, ours);
  const key = confirmationKey(id, isk);
  const tag = confirmationTag(key, ours);
  const expected = confirmationTag(key, theirs);
  wipe(k, key);
  return { answer: { share, commit, began, tag }, isk, nonce, expected };
}

/**
 * Runs through everything once, with values that mean nothing and a channel that does not exist, so that the browser has
 * compiled the code by the time that somebody waits for it.
 */
export function rehearse(random: Random): void {
  const base = generator(random(64), random(64), random(16));
  const scalar = drawScalar(random);
  const agentShare = shareOf(base, scalar);
  wipe(scalar);
  const value = read('text', '', 'rehearsal', null);
  const offer: Offer = {
    salt: draw('salt', random),
    ttlSecs: 30,
    passcodeDigits: 6,
    compare: 'shown',
    region: 'XX',
    orgName: '',
    agentName: '',
    subject: '',
    fields: [{ name: '', kind: value.kind, hint: '' }],
  };
  const opened = new Opened({ origin: '', handle: '' }, draw('session', random), offer, agentShare);
  const { answered } = opened.answer([value], 'recipient', random);
  try {
    answered.accept(fromBytes('tag', random(64)));
  } catch {
    // Nobody is there to confirm it.
  }
}
