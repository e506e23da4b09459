/** What would be accepted, said to whoever typed something else (`docs/protocol.md` §3). English. */

import type { Kind } from '../protocol/canonical.ts';
import type { ValueErrorCode } from '../protocol/errors.ts';

export function fault(kind: Kind, code: ValueErrorCode): string {
  switch (code) {
    case 'empty':
      return EMPTY[kind];
    case 'too_long':
      return 'Too long. Enter 128 characters at most.';
    case 'control_character':
      return 'This contains a tab or a line break. Type it by hand.';
    case 'not_of_kind':
      return ACCEPTED[kind];
  }
}

const EMPTY: Record<Kind, string> = {
  text: 'Enter it here.',
  phone: 'Enter the phone number.',
  email: 'Enter the e-mail address.',
  code: 'Enter its letters and digits.',
  number: 'Enter the number.',
  date: 'Enter day, month and year.',
};

const ACCEPTED: Record<Kind, string> = {
  text: 'Enter letters and digits.',
  phone: 'Enter a phone number of 8 to 15 digits. If it is from abroad, begin with + and the country code.',
  email: 'Enter an e-mail address: one @ and no spaces.',
  code: 'Enter its letters and digits.',
  number: 'Enter digits, with one decimal mark at most, and - in front if it is negative.',
  date: 'Enter a real date between 1900 and 2200.',
};
