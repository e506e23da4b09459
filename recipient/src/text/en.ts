/**
 * Every word of the page, in English. Every other language is another module of the same shape (`Catalogue`): a word that is
 * missing there does not compile. The words keep to one rule: the reader never says the code; the other side says it and the
 * reader compares. The code is called a code, never a password. A catalogue imports nothing at run time, so that each
 * language is one file on the wire.
 */

import type { Kind } from '../protocol/canonical.ts';
import type { Direction, Forms } from './index.ts';

export const catalogue = {
  /** For numbers, dates and countries. British, so that dates are spelled day first. */
  locale: 'en-GB',
  direction: 'ltr' as Direction,

  title: (org: string) => (org === '' ? 'Check who you are talking to' : `${org} · Check who you are talking to`),

  page: {
    loading: 'One moment…',
    unsupported: {
      heading: 'This browser is too old',
      body: 'This page does its arithmetic on your device, and this browser cannot. Open the link in an up-to-date browser. The link has not been used up.',
    },
    noScript: {
      heading: 'This page needs JavaScript',
      body: 'It compares on your device, so that what you enter is not sent to anyone. Allow JavaScript for this page and load it again. The link has not been used up.',
    },
    incomplete: {
      heading: 'The page did not load completely',
      body: 'Load it again. The link has not been used up.',
    },
    footer: 'No one needs a password, a card number or a bank code from you here. Do not enter one.',
    traceless: 'No cookies. Nothing is stored.',
    language: 'Language',
  },

  profile: {
    label: 'Who is asking',
    verified: (method: string, date: string) => {
      const how = { dns: ' by DNS', 'well-known': ' by its web server' }[method] ?? '';
      return `verified${how}${date === '' ? '' : ` on ${date}`}`;
    },
    unverified: 'No verified domain',
    practice: 'For practice only. Verified by nobody.',
  },

  ask: {
    heading: (org: string) => `${org} is asking to confirm that you are really talking to each other.`,
    question: 'Who started this conversation?',
    organization: 'They contacted me',
    recipient: 'I contacted them',
    opening: 'Opening…',
    note: 'This link works once. Nothing happens until you choose.',
  },

  how: {
    heading: 'How this works',
    steps: (org: string) => [
      'You enter something both of you know. It stays on this device.',
      `A code appears here. ${org} gets the same code, but only if it is really them.`,
      'You ask for the code. They say it. You compare.',
    ],
    rule: 'You never say the code.',
    independently: (org: string) => `To reach ${org} on your own`,
  },

  field: {
    from: (org: string, agent: string) => (agent === '' ? org : `${agent}, ${org}`),
    about: (subject: string) => `About ${subject}`,
    heading: 'Enter what you both know',
    stays: 'It stays on this device. It is compared without being sent.',
    check: 'Check',
    day: 'Day',
    month: 'Month',
    year: 'Year',
    phone: (region: string, international: string) => (region === '' ? international : `${region} · ${international}`),
    phoneInvalid: (international: string) => `${international} does not seem to exist. Look again before you check.`,
    waiting: 'Loading the rules for phone numbers…',
    minus: (number: string) => `minus ${number}`,
    point: (integer: string, fraction: string) => `${integer} point ${fraction}`,
    tooLong: 'Too long. Enter 128 characters at most.',
    controlCharacter: 'This contains a tab or a line break. Type it by hand.',
    empty: {
      text: 'Enter it here.',
      phone: 'Enter the phone number.',
      email: 'Enter the e-mail address.',
      code: 'Enter its letters and digits.',
      number: 'Enter the number.',
      date: 'Enter day, month and year.',
    } as Record<Kind, string>,
    /** What would be accepted, said to whoever typed something else (`docs/protocol.md` §3). */
    accepted: {
      text: 'Enter letters and digits.',
      phone: 'Enter a phone number of 8 to 15 digits. If it is from abroad, begin with + and the country code.',
      email: 'Enter an e-mail address: one @ and no spaces.',
      code: 'Enter its letters and digits.',
      number: 'Enter digits, with one decimal mark at most, and - in front if it is negative.',
      date: 'Enter a real date between 1900 and 2200.',
    } as Record<Kind, string>,
  },

  checking: {
    heading: (org: string) => `Checking with ${org}…`,
    using: 'This came with the link:',
    usual: 'This usually takes a second.',
    slow: (who: string) =>
      `No answer from ${who} yet: their program may be slow or offline. Keep this page open. It goes on waiting until the time is up.`,
  },

  passcode: {
    heading: (agent: string) => (agent === '' ? 'Ask them for the code' : `Ask ${agent} for the code`),
    exact: 'If they say exactly this, it is them.',
    rule: 'Do not say it yourself.',
    ruleWhy: 'They say it, you compare.',
    matches: 'It matches',
    mismatch: 'It does not match',
    unexpected: 'I did not ask for this',
    typedLabel: 'Enter the code they say',
    typedHint: { one: '# digit. You can enter it once.', other: '# digits. You can enter it once.' } as Forms,
    typedIncomplete: { one: 'The code has # digit.', other: 'The code has # digits. Enter all of them.' } as Forms,
    typedRule: 'They say it, this page compares.',
    typedRuleWhy: 'If they ask you for a code, it is not them.',
    typedNone: 'They have no code',
    compare: 'Compare',
  },

  time: {
    left: (time: string) => `${time} left`,
    more: 'I need more time',
    minute: 'One minute left.',
    seconds: { one: '# second left.', other: '# seconds left.' } as Forms,
    extension: {
      none: '',
      asking: 'Asking for more time…',
      added: 'You have more time now.',
      refused: 'No more time can be added. If it runs out, ask for a new link.',
      failed: 'That did not get through. Try again.',
    },
  },

  trouble: {
    network: 'No connection. Trying again…',
    busy: 'Too many people at once. Trying again in a moment…',
    server: 'The service does not answer. Trying again…',
    safe: 'Do not close or reload this page.',
    retry: 'Try now',
  },

  confirmed: {
    heading: 'Confirmed',
    who: (org: string, agent: string) =>
      agent === '' ? `You are talking to ${org}.` : `You are talking to ${agent} of ${org}.`,
    go: 'Go on with your conversation.',
    close: 'You can close this page.',
    once: 'This holds for this conversation. If someone contacts you again, check again.',
  },

  stop: {
    heading: 'Do not continue',
    mismatch: (org: string) => `The codes are not the same. You are not talking to ${org}, or someone is between you.`,
    mistyped: (org: string) =>
      `What you entered is not the code. If you are sure of what you heard, you are not talking to ${org}. If you may have mistyped, ask for a new link.`,
    unexpected: (org: string) =>
      `You did not ask for this, so someone may be using ${org}’s name or your details. Do not go on with them.`,
    absent: (org: string) => `They have no code to say, so nothing shows that they are ${org}.`,
    unproven: (org: string) => `The other side could not prove that it is ${org}.`,
    advice: ['Hang up, or stop replying.', 'Give them nothing more: no code, no details, no payment.'],
    contact: (org: string) => `Contact ${org} yourself:`,
    contactUnknown: (org: string) => `Contact ${org} yourself, in a way you already know.`,
    reported: (org: string) => `${org} has been told.`,
  },

  invalid: {
    heading: 'This link is not valid',
    body: 'It may have run out, been used already or been cancelled, or what was entered was not the same on both sides.',
    adviceHeading: 'What to do',
    again: 'If you know who you are talking to, ask them for a new link.',
    unsure: (org: string) =>
      org === ''
        ? 'If you are not sure who they are, hang up.'
        : `If you are not sure, hang up and contact ${org} yourself.`,
    stolen: 'If this was the first time you opened it, someone else may have been faster. Tell whoever sent it to you.',
    nothing: 'Nothing you entered was sent to anyone.',
  },

  entry: {
    heading: (org: string) => `Check that you are really talking to ${org}`,
    body: 'Open the link you were sent. If you were told a session number instead, enter it here.',
    linkOnly: 'This organization does not use session numbers. Open the link you were sent.',
    label: 'Session number',
    hint: '6 digits',
    go: 'Continue',
    bad: 'Enter the 6 digits you were told.',
    unknown: 'No open session has this number. Look again at what you entered. It may also have run out: ask them for a new number.',
    busy: {
      one: 'Too many numbers have been tried. Wait a minute, then try again, or ask them for a link instead.',
      other: 'Too many numbers have been tried. Wait # minutes, then try again, or ask them for a link instead.',
    } as Forms,
    failed: 'That did not get through. Try again.',
  },
};
