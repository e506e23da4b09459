/**
 * The agent's side of a run, for tests and for the scripted service under `dev/`. The product's agent is Rust; this one
 * exists so that the page can be run without it, and is never part of the page.
 */

import { equal } from '../bytes.ts';
import type { Canonical } from '../canonical.ts';
import { agree, drawScalar, generator, sessionKey, shareOf } from '../cpace.ts';
import type { Nonce, Random, SessionId, Share, Tag } from '../ids.ts';
import { type Channel, channelBytes, commitTo, confirmationKey, confirmationTag, digest, passcode } from '../keys.ts';
import { answerBytes, type Began, type Offer, offerBytes } from '../offer.ts';
import type { Answer } from '../recipient.ts';

export class ScriptedAgent {
  readonly share: Share;
  readonly #id: SessionId;
  readonly #offer: Offer;
  readonly #began: Began | null;
  readonly #scalar: Uint8Array;
  #isk: Uint8Array | null = null;

  constructor(
    channel: Channel,
    id: SessionId,
    offer: Offer,
    values: readonly Canonical[],
    /** Who began, as the agent says it; `null` agrees with whatever the recipient says. */
    began: Began | null,
    random: Random,
  ) {
    this.#id = id;
    this.#offer = offer;
    this.#began = began;
    this.#scalar = drawScalar(random);
    const base = generator(digest(offer.salt, values), channelBytes(channel), id);
    this.share = shareOf(base, this.#scalar);
  }

  /** `tag_a`, or `null`: refused. */
  check(answer: Answer): Tag | null {
    const k = agree(this.#scalar, this.share, answer.share);
    const ours = { share: this.share, associated: offerBytes(this.#offer) };
    const theirs = { share: answer.share, associated: answerBytes(answer.commit, answer.began) };
    this.#isk = sessionKey(k, this.#id, ours, theirs);
    const key = confirmationKey(this.#id, this.#isk);
    const agrees = this.#began === null || answer.began === this.#began;
    return agrees && equal(confirmationTag(key, theirs), answer.tag) ? confirmationTag(key, ours) : null;
  }

  /** The passcode, once the recipient's page gave its nonce away; `null` if that is not the nonce it committed to. */
  reveal(answer: Answer, nonce: Nonce): string | null {
    if (this.#isk === null || !equal(commitTo(nonce), answer.commit)) return null;
    return passcode(this.#isk, nonce, this.#offer.passcodeDigits);
  }
}
