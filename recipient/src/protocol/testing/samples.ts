/** Values that tests share. */

/** An offer as the service sends it. */
export const OFFER = {
  salt: 'AQEBAQEBAQEBAQEBAQEBAQ',
  ttl_secs: 120,
  passcode_digits: 6,
  compare: 'shown',
  region: 'FR',
  org_name: 'Acme Energy',
  agent_name: 'Dana R.',
  subject: 'Ticket 4812',
  fields: [{ name: 'Phone number', kind: 'phone', hint: 'The number you are on now' }],
} as const;

export const CHANNEL = { origin: 'https://verify.example', handle: 'acme' };
export const SESSION_ID = '0123456789abcdefghjkmnpqrg';
