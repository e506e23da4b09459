/** Views for the harness: one per state worth looking at. Made up throughout; nothing here is used by the product. */

import type { Allowed, HistoryRow, HistorySummary, Identity, Outcome, Preferences, Progress, SessionView, Template, View } from '../src/bindings.ts';

const none: Allowed = { copy: false, reveal: false, extend: false, recreate: false, cancel: false };

const allowedAt: Record<Progress, Allowed> = {
  creating: { ...none, cancel: true },
  waiting: { copy: true, reveal: false, extend: true, recreate: true, cancel: true },
  opened: { copy: false, reveal: false, extend: true, recreate: true, cancel: true },
  confirmed: { copy: false, reveal: false, extend: true, recreate: true, cancel: true },
  viewed: { copy: false, reveal: true, extend: true, recreate: true, cancel: true },
  revealed: { copy: false, reveal: true, extend: true, recreate: true, cancel: true },
};

const ids = ['3k9xf0c4mt7w2hz8v5nqa1d6q4', '7rmb20kd9f8w4cxzv5nqh1t6e8', 'c04mt7w2hz8v53k9xfnqa1d6sg', 'mt7w2hz8v5nqa1d63k9xf0c4w0'];

export const templates: Template[] = [
  { id: 'phone', source: 'built_in', favourite: true, name: 'Phone number', began: 'organization', fields: [{ name: 'Phone number', kind: 'phone', hint: 'The number this conversation runs over' }] },
  { id: 'email', source: 'built_in', favourite: false, name: 'E-mail address', began: 'organization', fields: [{ name: 'E-mail address', kind: 'email', hint: 'The address you use with us' }] },
  { id: 'customer', source: 'built_in', favourite: false, name: 'Customer number', began: 'recipient', fields: [{ name: 'Customer number', kind: 'code', hint: 'On your contract or your bill' }] },
  { id: 'order', source: 'built_in', favourite: false, name: 'Order number', began: 'recipient', fields: [{ name: 'Order number', kind: 'code', hint: 'In your confirmation' }] },
  {
    id: 'birth-postcode',
    source: 'built_in',
    favourite: false,
    name: 'Date of birth and postcode',
    began: 'organization',
    fields: [
      { name: 'Date of birth', kind: 'date', hint: '' },
      { name: 'Postcode', kind: 'code', hint: 'Of the address we have for you' },
    ],
  },
  { id: 'meter', source: 'own', favourite: false, name: 'Meter number', began: 'recipient', fields: [{ name: 'Meter number', kind: 'code', hint: '' }] },
  { id: 'policy', source: 'shared', favourite: false, name: 'Policy number', began: 'organization', fields: [{ name: 'Policy number', kind: 'code', hint: '' }] },
  { id: 'scratch', source: 'built_in', favourite: false, name: 'From scratch', began: 'organization', fields: [] },
];

export const acme: Identity = {
  practice: false,
  organization: 'Acme Energy',
  agent: 'Dana R.',
  service: 'https://verify.acme.example',
  region: 'FR',
  ttl_min_secs: 30,
  ttl_max_secs: 900,
  kinds: ['text', 'phone', 'email', 'code', 'number', 'date'],
};

export const demo: Identity = { ...acme, practice: true, organization: 'Demo', agent: 'You', service: 'http://127.0.0.1:41233' };

export function session(progress: Progress, change: Partial<SessionView> = {}): SessionView {
  const { outcome } = change;
  const ended = outcome !== undefined && outcome !== null;
  return {
    id: ids[0] ?? '',
    initials: 'T4',
    colour: 0,
    subject: 'Ticket 4812',
    template: { id: 'phone', name: 'Phone number' },
    fields: templates[0]?.fields ?? [],
    began: 'organization',
    url: progress === 'creating' ? null : `https://verify.acme.example/acme/${ids[0] ?? ''}`,
    number: progress === 'creating' ? null : '482913',
    prefill: false,
    language: 'en',
    typed: false,
    progress,
    outcome: null,
    remaining_ms: 102_000,
    ttl_secs: 120,
    open_refused: 0,
    reconnecting: false,
    allowed: ended ? { ...none, recreate: outcome !== 'matched' } : allowedAt[progress],
    ...change,
  };
}

export function ended(progress: Progress, outcome: Outcome, change: Partial<SessionView> = {}): SessionView {
  return session(progress, { outcome, remaining_ms: 0, ...change });
}

export const preferences: Preferences = {
  language: 'en',
  theme: 'system',
  notifications: true,
  shortcut: 'CmdOrCtrl+Shift+M',
  autostart: false,
  always_on_top: false,
  ttl_secs: 120,
  history_days: 0,
};

export function view(change: Partial<View> = {}): View {
  return { revision: 1, connection: 'online', identity: acme, sessions: [], templates, preferences, language: 'en', fill_waiting: false, warnings: [], ...change };
}

export const several: SessionView[] = [
  session('opened', { subject: 'KL-229', initials: 'KL', colour: 3, id: ids[1] ?? '', remaining_ms: 41_000 }),
  session('viewed', { subject: 'Refund 77', initials: 'R7', colour: 1, id: ids[2] ?? '', remaining_ms: 67_000 }),
  ended('opened', 'value_refused', { subject: 'Meter exchange, block C, second floor', initials: 'ME', colour: 6, id: ids[3] ?? '' }),
  session('waiting'),
];

const outcomes: readonly (Outcome | null)[] = [
  null, 'matched', 'matched', 'expired', 'mismatched', 'relay_suspected', 'matched', 'value_refused', 'cancelled', 'unexpected', 'tampered', 'interrupted', 'failed',
];

export const summary: HistorySummary = {
  count: 130,
  days: Array.from({ length: 18 }, (_, at) => ({
    day: `2026-11-${String(at + 5).padStart(2, '0')}`,
    matched: 3 + ((at * 5) % 7),
    failed: at % 4 === 1 ? 2 : 0,
    unfinished: (at * 3) % 4,
  })),
  median_secs: 27,
  templates: ['Customer number', 'Order number', 'Phone number'],
};

/** A page of made-up history. */
export function history(before: number | null, limit: number): { rows: HistoryRow[]; next: number | null } {
  const last = before ?? 131;
  const rows = Array.from({ length: Math.min(limit, last - 1) }, (_, index) => row(last - 1 - index));
  const oldest = rows.at(-1)?.row ?? 1;
  return { rows, next: oldest > 1 ? oldest : null };
}

function row(number: number): HistoryRow {
  const place = 130 - number;
  const outcome = outcomes[place % outcomes.length] ?? null;
  const created_at = Date.now() - place * 17 * 60_000;
  const viewed = outcome === 'matched' || outcome === 'mismatched' || outcome === 'unexpected' ? created_at + 12_000 : null;
  const template = templates[place % 5];
  return {
    row: number,
    created_at,
    subject: place % 4 === 2 ? '' : place % 7 === 3 ? 'Meter exchange, block C, second floor, keys with the janitor' : `Ticket ${4812 - place}`,
    template: place % 6 === 4 ? null : (template?.name ?? null),
    fields: place % 6 === 4 ? ['Plate', 'Postcode'] : (template?.fields.map(({ name }) => name) ?? []),
    began: template?.began ?? 'organization',
    ttl_secs: 120,
    opened_at: viewed,
    viewed_at: viewed,
    revealed_at: viewed,
    ended_at: outcome === null ? null : created_at + 19_000 + (place % 5) * 7000,
    outcome,
  };
}

/** Looks like a code; holds nothing. */
export const qr = {
  size: 41,
  path: Array.from({ length: 33 * 33 }, (_, at) => ({ x: at % 33, y: Math.floor(at / 33) }))
    .filter(({ x, y }) => finder(x, y) ?? finder(32 - x, y) ?? finder(x, 32 - y) ?? (x * x + y * 7 + x * y * 3) % 5 < 2)
    .map(({ x, y }) => `M${x + 4} ${y + 4}h1v1h-1z`)
    .join(''),
};

function finder(x: number, y: number): boolean | null {
  if (x > 7 || y > 7) return null;
  const ring = Math.max(Math.abs(x - 3), Math.abs(y - 3));
  return ring !== 2 && ring !== 4;
}
