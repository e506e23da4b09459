/**
 * The page itself: wires the flow to the browser's window, which no other module but `main.ts` touches, and forgets everything
 * when the page is left. Sets no cookie and stores nothing.
 */

import { effect, signal } from '@preact/signals';
import { render } from 'preact';
import { type Ahead, fetchAfter } from './ahead.ts';
import { Api, ApiError } from './api.ts';
import { startClock } from './clock.ts';
import { Flow } from './flow.ts';
import type * as Later from './later.ts';
import { NumberEntry } from './number-entry.ts';
import { OrganizationPage, SessionPage } from './page.tsx';
import { sessionIdToText } from './protocol/ids.ts';
import { prefillFrom } from './protocol/prefill.ts';
import type * as PhoneLibrary from './protocol/phone-library.ts';
import { type Route, routeOf } from './route.ts';
import { named } from './text/format.ts';
import { type Catalogue, speak, text } from './text/index.ts';
import type { Language } from './text/languages.ts';
import type { LanguageChoice } from './parts/LanguageSwitch.tsx';

/** What `main.ts` has already, and what it can send for. */
export interface Start {
  /** Of the address, from which it was taken out. */
  readonly fragment: string;
  /** The organization's profile. */
  readonly ahead: Ahead | null;
  readonly language: Language;
  readonly catalogue: Catalogue;
  /** The languages there are, by their own names. */
  readonly languages: Readonly<Record<Language, string>>;
  readonly loadCatalogue: (language: Language, attempt: number) => Promise<Catalogue>;
  readonly loadLater: (attempt: number) => Promise<typeof Later>;
  readonly loadPhones: (attempt: number) => Promise<typeof PhoneLibrary>;
}

export function start(root: HTMLElement, begin: Start): void {
  speak(begin.catalogue);
  const choice = languageChoice(begin);
  const route = routeOf(location.pathname);
  const api = new Api(fetchAfter(begin.ahead, (...request) => fetch(...request)));
  root.replaceChildren();
  root.removeAttribute('aria-busy');
  effect(() => {
    document.documentElement.lang = choice.language.value;
    document.documentElement.dir = text.value.direction;
  });
  if (route.to === 'organization') startOrganization(root, api, route.handle, choice);
  else startSession(root, begin, api, route, choice);
}

function languageChoice({ language: first, languages, loadCatalogue }: Start): LanguageChoice {
  const language = signal(first);
  const attempts = new Map<Language, number>();
  const choose = async (wanted: Language) => {
    const attempt = attempts.get(wanted) ?? 0;
    attempts.set(wanted, attempt + 1);
    try {
      speak(await loadCatalogue(wanted, attempt));
      attempts.set(wanted, attempt);
      language.value = wanted;
    } catch {
      // Then the page stays as it is, and the next choice of this language asks under another address.
    }
  };
  return { names: languages, language, choose };
}

type Session = Route & { to: 'session' };

function startSession(root: HTMLElement, begin: Start, api: Api, route: Session, choice: LanguageChoice): void {
  const clock = startClock();
  const flow = new Flow({
    api,
    origin: location.origin,
    handle: route.handle,
    sessionId: route.id,
    prefill: prefillFrom(begin.fragment),
    random: (length) => crypto.getRandomValues(new Uint8Array(length)),
    clock,
    painted,
    idle,
    loadLater: (attempt) => overNetwork(begin.loadLater(attempt)),
    loadPhones: (attempt) => overNetwork(begin.loadPhones(attempt)).then(({ readPhone }) => readPhone),
  });
  const leave = () => {
    flow.leave();
  };
  addEventListener('pagehide', leave);
  // A page that comes back from where browsers keep them alive must show nothing of before, pagehide or not.
  addEventListener('pageshow', (event) => {
    if (event.persisted) leave();
  });
  document.addEventListener('visibilitychange', () => {
    flow.time.countdown.tick();
  });
  addEventListener('online', () => {
    flow.retry();
  });
  effect(() => {
    root.dataset['step'] = flow.step.value;
    document.title = text.value.title(named(flow.profile.value?.name));
  });
  render(<SessionPage flow={flow} choice={choice} />, root);
  flow.start();
}

function startOrganization(root: HTMLElement, api: Api, handle: string, choice: LanguageChoice): void {
  const entry = new NumberEntry(api, handle);
  effect(() => {
    root.dataset['step'] = entry.missing.value === 'unknown' ? 'invalid' : 'profile';
    document.title = text.value.title(named(entry.profile.value?.name));
  });
  const go = (id: Parameters<typeof sessionIdToText>[0]) => {
    location.assign(`/${handle}/${sessionIdToText(id)}`);
  };
  // A page that comes back from where browsers keep them alive has forgotten the number.
  addEventListener('pageshow', (event) => {
    if (event.persisted) entry.forget();
  });
  render(<OrganizationPage entry={entry} choice={choice} go={go} />, root);
  void entry.start();
}

/** Two frames: the first may be the one that was under way already. A hidden page has no frames, and nobody sees it. */
function painted(): Promise<void> {
  return new Promise((resolve) => {
    requestAnimationFrame(() => {
      requestAnimationFrame(() => {
        resolve();
      });
    });
  });
}

/** Does a piece of work while the reader is reading; on browsers that cannot tell, soon. */
function idle(work: () => void): void {
  if (typeof requestIdleCallback === 'function') requestIdleCallback(work);
  else setTimeout(work, 200);
}

/** What does not arrive is worth another attempt. */
async function overNetwork<T>(chunk: Promise<T>): Promise<T> {
  try {
    return await chunk;
  } catch {
    throw new ApiError('network');
  }
}
