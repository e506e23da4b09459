/** The states the harness can show: a view, the screen, and what is pressed or typed first. */

import type { Integrity, View } from '../src/bindings.ts';
import { acme, demo, ended, session, several, view } from './views.ts';

export interface Scene {
  readonly view: View;
  readonly screen?: 'start' | 'live' | 'history' | 'templates' | 'settings';
  /** Typed into test ids, then pressed, in order. */
  readonly type?: Readonly<Record<string, string>>;
  readonly press?: readonly string[];
  /** History cannot be read. */
  readonly broken?: boolean;
  /** What a check of history finds. */
  readonly integrity?: Integrity;
  /** History holds nothing. */
  readonly empty?: boolean;
}

const live = (change: Partial<View>, press?: readonly string[]): Scene => ({ view: view(change), screen: 'live', ...(press ? { press } : {}) });
const card = (...args: Parameters<typeof session>) => live({ sessions: [session(...args)] });
const ending = (...args: Parameters<typeof ended>) => live({ sessions: [ended(...args)] });
const longName = 'Compagnie Générale des Eaux et de l’Électricité de la Région Provence-Alpes-Côte d’Azur';

export const scenes: Readonly<Record<string, Scene>> = {
  'start-practice': { view: view({ identity: demo }) },
  'start-filled': { view: view(), type: { 'value-0': '06 12 34 56 78', subject: 'Ticket 4812' } },
  'start-doubtful': { view: view(), type: { 'value-0': '0612 3' } },
  'start-picker': { view: view(), press: ['template'] },
  'start-picker-filter': { view: view(), press: ['template'], type: { template: 'num' } },
  'start-two-fields': { view: view(), press: ['template', 'template-option-birth-postcode'], type: { 'value-0': '1990-03-06', 'value-1': '75011' } },
  'start-scratch': { view: view({ identity: demo }), press: ['template', 'template-option-scratch'] },
  'start-scratch-three': {
    view: view(),
    press: ['template', 'template-option-scratch', 'add-field', 'add-field'],
    type: { 'field-name-0': 'Meter number', 'field-name-1': 'Amount of the last bill', 'field-name-2': 'Plate', 'value-1': '1.234,50' },
  },
  'start-refused': { view: view(), type: { 'value-0': 'abc', 'ttl-custom': '45' }, press: ['start'] },
  'start-offline': { view: view({ connection: 'offline' }), type: { 'value-0': '0033612345678', subject: 'offline' }, press: ['start'] },
  'start-unauthorized': { view: view({ connection: 'unauthorized', identity: null }) },
  'start-connecting': { view: view({ connection: 'connecting', identity: null, templates: [] }) },
  'start-warnings': { view: view({ warnings: ['history_unavailable', 'keyring_unavailable'] }), type: { 'value-0': '+44 20 7946 0018' } },
  'start-long': { view: view({ identity: { ...acme, organization: longName, agent: 'Maximiliane von Hohenstein-Langenberg' } }) },
  'live-none': live({}),
  'live-creating': card('creating'),
  'live-waiting': card('waiting'),
  'live-waiting-practice': live({
    identity: demo,
    sessions: [session('waiting', { url: 'http://127.0.0.1:41233/demo/3k9xf0c4mt7w2hz8v5nqa1d6q4', prefill: true })],
  }),
  'live-copied': live({ sessions: [session('waiting')] }, ['copy']),
  'live-message': live({ sessions: [session('waiting')] }, ['message-options']),
  'live-qr': live({ sessions: [session('waiting')] }, ['qr']),
  'live-opened': card('opened', { remaining_ms: 28_000 }),
  'live-confirmed': card('confirmed', { remaining_ms: 71_000 }),
  'live-viewed': card('viewed', { remaining_ms: 67_000 }),
  'live-revealed': live({ sessions: [session('revealed', { remaining_ms: 24_000 })] }, ['reveal']),
  'live-last-seconds': card('opened', { remaining_ms: 7_000 }),
  'live-cancel': live({ sessions: [session('opened')] }, ['cancel']),
  'live-reconnecting': live({ connection: 'offline', sessions: [session('opened', { reconnecting: true, remaining_ms: 47_000 })] }),
  'live-stolen': card('opened', { open_refused: 1 }),
  'live-stolen-waits': card('viewed', { open_refused: 3 }),
  'live-no-subject': card('waiting', { subject: '', template: null, began: 'recipient' }),
  'live-long': card('waiting', {
    subject: 'Meter exchange, block C, second floor, keys with the janitor who is only there on Tuesdays and Thursdays',
    url: 'https://verification.customer-service.compagnie-generale.example/compagnie-generale/3k9xf0c4mt7w2hz8v5nqa1d6q4',
  }),
  'live-several': live({ sessions: several }),
  'end-matched': ending('revealed', 'matched'),
  'end-matched-practice': live({ identity: demo, sessions: [ended('revealed', 'matched')] }),
  'end-mismatched': ending('revealed', 'mismatched'),
  'end-unexpected': ending('viewed', 'unexpected'),
  'end-value-refused': ending('opened', 'value_refused'),
  'end-value-refused-stolen': ending('opened', 'value_refused', { open_refused: 1 }),
  'end-relay': ending('opened', 'relay_suspected'),
  'end-tampered': ending('opened', 'tampered'),
  'end-expired': ending('waiting', 'expired'),
  'end-expired-opened': ending('opened', 'expired'),
  'end-cancelled': ending('opened', 'cancelled'),
  'end-interrupted': ending('waiting', 'interrupted'),
  'end-failed': ending('creating', 'failed'),
  'history-list': { view: view({ sessions: several }), screen: 'history' },
  'history-none': { view: view(), screen: 'history', empty: true },
  'history-filters': { view: view(), screen: 'history', press: ['history-filters', 'history-outcome-relay_suspected', 'verify', 'export-csv'] },
  'history-no-match': { view: view(), screen: 'history', type: { 'history-search': 'zzz' } },
  'history-broken': { view: view(), screen: 'history', broken: true },
  'history-tampered': { view: view(), screen: 'history', press: ['verify'], integrity: { is: 'broken', row: 812, created_at: Date.UTC(2026, 10, 3, 9, 5) } },
  'templates-list': { view: view(), screen: 'templates', press: ['templates-export'] },
  'templates-delete': { view: view(), screen: 'templates', press: ['template-delete-meter'] },
  'templates-editor': { view: view(), screen: 'templates', press: ['template-duplicate-birth-postcode'] },
  'settings-elsewhere': { view: view({ connection: 'offline', identity: null, warnings: ['service_elsewhere'] }), screen: 'settings' },
  'settings-closed': { view: view({ connection: 'unauthorized', identity: null, warnings: ['keyring_closed'] }), screen: 'settings' },
  'settings-enrolled': { view: view({ warnings: ['keyring_unavailable'] }), screen: 'settings', press: ['leave'] },
  'settings-practice': { view: view({ identity: demo }), screen: 'settings', type: { 'enroll-link': 'https://example' }, press: ['enroll'] },
};
