/**
 * Shows one scene without the desktop program: `?scene=live-waiting`. Commands are answered here, by rules just good enough to
 * look at; `?go` plays a session through by itself. Served by `npm run dev` only.
 */

import { emit } from '@tauri-apps/api/event';
import { mockIPC } from '@tauri-apps/api/mocks';
import type { Language, Preferences, ReadingView, Refused, Theme, View } from '../src/bindings.ts';
import { scenes } from './scenes.ts';
import { history, qr, session, summary } from './views.ts';

const wanted = new URLSearchParams(location.search);
const scene = scenes[wanted.get('scene') ?? ''] ?? scenes['start-practice'];
if (scene === undefined) throw new Error('no scene');
let current: View = {
  ...scene.view,
  preferences: {
    ...scene.view.preferences,
    theme: (wanted.get('theme') ?? 'system') as Theme,
    language: (wanted.get('lang') ?? 'en') as Language,
  },
};

function push(change: Partial<View>): void {
  current = { ...current, ...change, revision: current.revision + 1 };
  void emit('view', current);
}

const refuse = (code: Refused['code'], message: string, field: number | null = null): Refused => ({ code, message, field });

function read(kind: string, value: string): ReadingView {
  const digits = value.replace(/\D/gu, '');
  if (kind === 'phone') {
    if (digits.length < 4) throw refuse('value_not_of_kind', '', 0) as unknown as Error;
    const region = digits.startsWith('44') ? 'GB' : 'FR';
    const international = region === 'GB' ? `+${digits}` : `+33 ${digits.replace(/^(0033|33|0)/u, '').replace(/\B(?=(\d\d)+$)/gu, ' ')}`;
    return { as: 'phone', international, region, valid: digits.length > 9 };
  }
  if (kind === 'number') return { as: 'number', canonical: value.replace(/\./gu, '').replace(',', '.').replace(/0+$/u, '') };
  return kind === 'date' ? { as: 'date', iso: value } : { as: 'as_typed' };
}

interface Arguments {
  readonly kind?: string;
  readonly value?: string;
  readonly before?: number | null;
  readonly limit?: number;
  readonly session?: string;
  readonly on?: boolean;
  readonly language?: Language;
  readonly preferences?: Preferences;
  readonly template?: string;
  readonly subject?: string;
  readonly query?: { readonly text: string };
  readonly request?: { readonly subject: string; readonly fields: readonly { readonly value: string }[] };
}

const commands: Readonly<Record<string, (args: Arguments) => unknown>> = {
  view: () => current,
  read_value: ({ kind = '', value = '' }) => read(kind, value),
  start: ({ request }) => {
    if (request?.subject === 'offline') throw refuse('offline', '') as unknown as Error;
    if (!/\d/u.test(request?.fields[0]?.value ?? '')) throw refuse('value_not_of_kind', '', 0) as unknown as Error;
    push({ sessions: [...current.sessions, session('waiting', { subject: request?.subject ?? '', remaining_ms: 120_000 })] });
    return session('waiting').id;
  },
  copy_link: () => ({ prefilled: false }),
  copy_message: () => ({ prefilled: false }),
  message: ({ language = 'en' }) => ({
    text: 'Acme Energy: confirm that it is really us, and that it is you: https://verify.acme.example/acme/3k9xf0c4mt7w2hz8v5nqa1d6q4 Valid for 2 minutes, opens once.',
    sms_parts: 2,
    language: language === 'system' ? 'en' : language,
  }),
  qr: () => qr,
  check_subject: ({ subject = '' }) => (subject.includes('@') ? 'email' : /^\+?[\d ]{9,}$/u.test(subject) ? 'phone' : null),
  set_preferences: ({ preferences }) => {
    if (preferences?.shortcut.endsWith('F9') === true) throw refuse('shortcut', '') as unknown as Error;
    if (preferences !== undefined) push({ preferences });
    return null;
  },
  save_template: () => 'new',
  export_templates: () => ({ path: '/home/dana/Downloads/countersign-templates.json', count: 3 }),
  favour_template: ({ template, on = false }) => {
    push({ templates: current.templates.map((each) => (each.id === template ? { ...each, favourite: on } : each)) });
    return null;
  },
  reveal: () => ({ passcode: '739204', hide_after_ms: 20_000 }),
  set_prefill: ({ on = false }) => {
    push({ sessions: current.sessions.map((each) => ({ ...each, prefill: on })) });
    return null;
  },
  dismiss: ({ session: id }) => {
    push({ sessions: current.sessions.filter((each) => each.id !== id) });
    return null;
  },
  history: ({ before = null, limit = 50, query }) => {
    if (scene.broken === true) throw refuse('history_unavailable', '') as unknown as Error;
    return scene.empty === true || query?.text === 'zzz' ? { rows: [], next: null } : history(before, limit);
  },
  history_summary: ({ query }) => (scene.empty === true || query?.text === 'zzz' ? { ...summary, count: 0, days: [], median_secs: null } : summary),
  verify_history: () => scene.integrity ?? { is: 'whole', records: 128, unsealed: 2 },
  export_history: () => ({ path: '/home/dana/Downloads/countersign-history-2026-11-24.csv', count: 130 }),
  enroll: () => {
    throw refuse('enrollment_link', '') as unknown as Error;
  },
};

mockIPC((command, args) => commands[command]?.((args ?? {}) as Arguments) ?? null, { shouldMockEvents: true });

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));
const find = (testid: string) => document.querySelector<HTMLElement>(`[data-testid="${testid}"]`);

async function act(): Promise<void> {
  await pause(800); // after the cursor was put into the first value
  if (scene?.screen !== undefined) await press(`tab-${scene.screen}`);
  const steps = [...(scene?.press ?? [])];
  const last = scene?.type === undefined || !('value-0' in scene.type || 'enroll-link' in scene.type) ? undefined : steps.at(-1);
  const after = last === 'start' || last === 'enroll' ? steps.splice(-1) : [];
  for (const step of steps) await press(step);
  for (const [testid, value] of Object.entries(scene?.type ?? {})) {
    const input = find(testid);
    if (!(input instanceof HTMLInputElement)) continue;
    input.focus();
    input.value = value;
    input.dispatchEvent(new Event('input', { bubbles: true }));
    await pause(200);
  }
  for (const step of after) await press(step);
}

async function press(testid: string): Promise<void> {
  const target = find(testid);
  target?.focus();
  target?.click();
  await pause(100);
}

if (wanted.get('size') !== null) document.documentElement.style.fontSize = wanted.get('size') ?? '';
await import('../src/main.tsx');
await act();
if (wanted.has('axe')) {
  const { default: axe } = await import('axe-core');
  const { violations } = await axe.run(document);
  document.documentElement.dataset['axe'] = JSON.stringify(violations.map(({ id, nodes }) => ({ id, at: nodes.map(({ target }) => target.join(' ')) })));
}
