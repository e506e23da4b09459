/**
 * What can go wrong in the protocol, as types. Callers branch on `code`, never on text; no error ever holds a value that
 * was typed, a key or a passcode. The codes of {@link ValueError} are the ones of the vectors shared with the Rust side
 * (`docs/protocol.md` §3).
 */

/** Why a typed value was refused. Whoever typed it is at fault and can mend it. */
export type ValueErrorCode = 'empty' | 'too_long' | 'control_character' | 'not_of_kind';

export class ValueError extends Error {
  override readonly name = 'ValueError';
  readonly code: ValueErrorCode;

  constructor(code: ValueErrorCode) {
    super(code);
    this.code = code;
  }
}

/** Which text is not the one text form of what it stands for. Whoever sent it is at fault. */
export type FormErrorCode = 'session_id' | 'base64url' | 'offer';

export class FormError extends Error {
  override readonly name = 'FormError';
  readonly code: FormErrorCode;

  constructor(code: FormErrorCode) {
    super(code);
    this.code = code;
  }
}

/**
 * Why an exchange ended. `not_an_element`, `identity`, `reflected` and `not_confirmed`: the other side, or someone between,
 * misbehaved. `values_do_not_fit` and `spent`: this program is out of step with itself.
 */
export type ExchangeErrorCode =
  'not_an_element' | 'identity' | 'reflected' | 'not_confirmed' | 'values_do_not_fit' | 'spent';

export class ExchangeError extends Error {
  override readonly name = 'ExchangeError';
  readonly code: ExchangeErrorCode;

  constructor(code: ExchangeErrorCode) {
    super(code);
    this.code = code;
  }
}
