import { describe, expect, it } from 'vitest';
import { fromText } from './ids.ts';
import { answerBytes, offerBytes, parseOffer } from './offer.ts';
import { hex } from './testing/files.ts';
import { OFFER } from './testing/samples.ts';

const [FIELD] = OFFER.fields;

describe('parseOffer', () => {
  it('reads the documented form; absent texts are empty', () => {
    const offer = parseOffer({ ...OFFER, agent_name: null, subject: undefined });
    expect([offer.agentName, offer.subject, offer.fields[0]?.hint]).toEqual(['', '', FIELD.hint]);
    expect(parseOffer({ ...OFFER, fields: [{ name: 'A', kind: 'text' }] }).fields[0]?.hint).toBe('');
  });

  it('leaves texts as they travelled', () => {
    expect(parseOffer({ ...OFFER, fields: [{ ...FIELD, name: '  Name ' }] }).fields[0]?.name).toBe('  Name ');
  });

  it.each([
    ['a member it does not know', { surprise: 1 }],
    ['a short life', { ttl_secs: 29 }],
    ['a long life', { ttl_secs: 901 }],
    ['half a second', { ttl_secs: 30.5 }],
    ['few digits', { passcode_digits: 3 }],
    ['many digits', { passcode_digits: 9 }],
    ['another comparison', { compare: 'said' }],
    ['a lower-case region', { region: 'fr' }],
    ['a bad salt', { salt: 'AA' }],
    ['no field', { fields: [] }],
    ['four fields', { fields: [FIELD, FIELD, FIELD, FIELD] }],
    ['a nameless field', { fields: [{ ...FIELD, name: ' \u00a0' }] }],
    ['a long name', { fields: [{ ...FIELD, name: 'x'.repeat(61) }] }],
    ['a control character in a name', { fields: [{ ...FIELD, name: 'a\u0085' }] }],
    ['a long hint', { fields: [{ ...FIELD, hint: 'x'.repeat(121) }] }],
    ['an unknown kind', { fields: [{ ...FIELD, kind: 'iban' }] }],
    ['an unknown member of a field', { fields: [{ ...FIELD, pattern: '.*' }] }],
    ['a long subject', { subject: 'x'.repeat(121) }],
    ['a lone surrogate', { subject: '\ud800' }],
    ['a number for a text', { org_name: 7 }],
  ])('refuses %s', (_, change) => {
    expect(() => parseOffer({ ...OFFER, ...change })).toThrow(expect.objectContaining({ name: 'FormError' }));
  });

  it.each([null, 'offer', [], 7])('refuses %j', (json) => {
    expect(() => parseOffer(json)).toThrow(expect.objectContaining({ code: 'offer' }));
  });
});

describe('offerBytes', () => {
  it('changes with every part', () => {
    const changes = [
      {},
      { salt: 'AgICAgICAgICAgICAgICAg' },
      { ttl_secs: 121 },
      { passcode_digits: 7 },
      { compare: 'typed' },
      { region: 'DE' },
      { org_name: 'Acme!' },
      { agent_name: '' },
      { subject: 'Ticket 4813' },
      { fields: [{ ...FIELD, name: 'Number' }] },
      { fields: [{ ...FIELD, kind: 'text' }] },
      { fields: [{ ...FIELD, hint: '' }] },
      { fields: [FIELD, FIELD] },
    ];
    const forms = changes.map((change) => hex(offerBytes(parseOffer({ ...OFFER, ...change }))));
    expect(new Set(forms).size).toBe(changes.length);
  });
});

it('answerBytes holds the commit and who began', () => {
  const commit = fromText('commit', 'A'.repeat(43));
  expect(hex(answerBytes(commit, 'recipient'))).toBe(
    `06${hex(new TextEncoder().encode('answer'))}20${'00'.repeat(32)}09${hex(new TextEncoder().encode('recipient'))}`,
  );
});
