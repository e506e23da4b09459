/**
 * The recipient's side of a run, as types (`docs/protocol.md` §5). Each step consumes the one before, so a link cannot be
 * answered twice and there is no passcode before the agent's tag was checked:
 *
 *     Opened ──answer──▶ Answered ──accept──▶ Confirmed
 *
 * It never talks to anybody: `flow.ts` carries what these objects make.
 */

import { equal, wipe } from './bytes.ts';
import type { Canonical } from './canonical.ts';
import { agree, drawScalar, generator, sessionKey, shareOf } from './cpace.ts';
import { ExchangeError } from './errors.ts';
import { type Commit, draw, type Nonce, type Random, type SessionId, type Share, type Tag } from './ids.ts';
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
  #spent = false;

  constructor(channel: Channel, id: SessionId, offer: Offer, agentShare: Share) {
    this.#channel = channel;
    this.#id = id;
    this.offer = offer;
    this.#agentShare = agentShare;
  }

  /**
   * Computes the answer from the values: one guess, whether it succeeds or not.
   * @throws {ExchangeError} `spent`, `values_do_not_fit`, `reflected`, `not_an_element`, `identity`
   */
  answer(values: readonly Canonical[], began: Began, random: Random): { answered: Answered; answer: Answer } {
    if (this.#spent) throw new ExchangeError('spent');
    this.#spent = true;
    const terms = { channel: this.#channel, id: this.#id, offer: this.offer, agentShare: this.#agentShare };
    const { answer, isk, nonce, expected } = agreement(terms, values, began, random);
    return { answered: new Answered(isk, nonce, expected, this.offer.passcodeDigits), answer };
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
 * @throws {ExchangeError} `values_do_not_fit`, `reflected`, `not_an_element`, `identity`
 */
export function agreement(
  { channel, id, offer, agentShare }: Terms,
  values: readonly Canonical[],
  began: Began,
  random: Random,
): Agreement {
  const fits =
    values.length === offer.fields.length && offer.fields.every((field, place) => field.kind === values[place]?.kind);
  if (!fits) throw new ExchangeError('values_do_not_fit');

  const nonce = draw('nonce', random);
  const prs = digest(offer.salt, values);
  const scalar = drawScalar(random);
  let share: Share, k: Uint8Array;
  try {
    share = shareOf(generator(prs, channelBytes(channel), id), scalar);
    k = agree(scalar, share, agentShare);
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
