/**
 * What the screens draw from: the engine's latest `View`, and which screen and card are open. The view is replaced whole; this
 * module derives nothing from it that the engine has decided already, and holds no value and no passcode.
 */

import { computed, signal } from '@preact/signals';
import { listen } from '@tauri-apps/api/event';
import { announcements } from './announcements.ts';
import { announce } from './announcer.ts';
import { commands } from './bindings.ts';
import type { Fill, SessionView, View, Warning } from './bindings.ts';
import { ask } from './engine.ts';

export type StartFill = Extract<Fill, { what: 'start' }>;

export const screens = ['start', 'live', 'history', 'templates', 'settings'] as const;
export type Screen = (typeof screens)[number];

interface Snapshot {
  readonly view: View;
  /** `performance.now()` when it arrived: what remaining times count from. */
  readonly at: number;
}

const empty: View = {
  revision: -1,
  connection: 'connecting',
  identity: null,
  sessions: [],
  templates: [],
  preferences: {
    language: 'system',
    theme: 'system',
    notifications: true,
    shortcut: '',
    autostart: false,
    always_on_top: false,
    ttl_secs: 120,
    history_days: 0,
  },
  language: 'system',
  fill_waiting: false,
  warnings: [],
};

const snapshot = signal<Snapshot>({ view: empty, at: 0 });

export const view = computed(() => snapshot.value.view);
export const receivedAt = computed(() => snapshot.value.at);
/** A window that is opened to show something is told what by its address. */
export const screen = signal<Screen>(screens.find((name) => location.hash === `#${name}`) ?? 'start');
/** The card the user chose last, here or by a notification that the window was opened from; its session may have gone. */
export const chosenCard = signal<string | null>(new URLSearchParams(location.search).get('session'));
/** Warnings with which no session can be started. */
export const GRAVE: ReadonlySet<Warning> = new Set(['history_unavailable', 'service_elsewhere']);
/** A template asked for on another screen, until the Start screen has taken it. */
export const wantedTemplate = signal<string | null>(null);
/** An enrolment link from outside, until Settings has taken it. */
export const wantedLink = signal<string | null>(null);
/** What a link from outside asks the form to hold, until the form has taken it. */
export const wantedFill = signal<StartFill | null>(null);
/** What became of the last link from outside, until the user goes on. */
export const fillNote = signal<'malformed' | 'filled' | null>(null);
/** Counts requests to put the cursor into the first value; a gentle one does not take it from another input. */
export const focusValue = signal({ count: 0, gently: true });

export const practice = computed(() => view.value.identity?.practice === true);
export const openSession = computed<SessionView | null>(() => {
  const { sessions } = view.value;
  return sessions.find(({ id }) => id === chosenCard.value) ?? sessions.at(-1) ?? null;
});
export const liveCount = computed(() => view.value.sessions.filter(({ outcome }) => outcome === null).length);
export const revealWaits = computed(() => view.value.sessions.some(waitsForReveal));

/** Whether a customer sees the passcode and the agent has not looked yet. */
export function waitsForReveal(session: SessionView): boolean {
  return session.allowed.reveal && session.progress === 'viewed';
}

/** Takes a view, unless a newer one is here already. */
export function receive(next: View, at: number): void {
  const previous = snapshot.peek().view;
  if (next.revision < previous.revision) return;
  snapshot.value = { view: next, at };
  for (const line of announcements(previous, next)) announce(line);
  if (next.fill_waiting && !previous.fill_waiting) void fetchFill();
}

/** Fetches what waits from outside and brings it where it belongs. Nothing is sent anywhere by it. */
async function fetchFill(): Promise<void> {
  const { value: fill } = await ask(commands.takeFill());
  if (fill === null) return;
  switch (fill.what) {
    case 'malformed':
      fillNote.value = 'malformed';
      return;
    case 'enroll':
      fillNote.value = null;
      wantedLink.value = fill.link;
      screen.value = 'settings';
      return;
    case 'start':
      fillNote.value = fill.value === null && fill.subject === null ? null : 'filled';
      wantedFill.value = fill;
      screen.value = 'start';
  }
}

/** Opens a session's card. */
export function openCard(id: string): void {
  chosenCard.value = id;
  screen.value = 'live';
}

/** Goes to a screen. */
export function navigate(to: Screen, template?: string): void {
  screen.value = to;
  if (template !== undefined) wantedTemplate.value = template;
  if (to === 'start') askForFocus(false);
}

function askForFocus(gently: boolean): void {
  focusValue.value = { count: focusValue.peek().count + 1, gently };
}

interface Navigate {
  readonly screen: Screen;
  /** Whose card to open there. */
  readonly session: string | null;
}

/** Follows the engine from now on. */
export async function connect(): Promise<void> {
  await listen<View>('view', ({ payload }) => {
    receive(payload, performance.now());
  });
  await listen<Navigate>('navigate', ({ payload }) => {
    if (payload.session === null) navigate(payload.screen);
    else openCard(payload.session);
  });
  receive(await commands.view(), performance.now());
  askForFocus(true);
}
