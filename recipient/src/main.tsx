/**
 * Where the page begins, and the only module that touches the browser's window: takes the prefilled value out of the address
 * bar, wires the flow to the world, and forgets everything when the page is left. Sets no cookie and stores nothing.
 */

import { effect } from '@preact/signals';
import { render } from 'preact';
import loadPhoneLibrary from 'virtual:phone-library';
import { Api, ApiError } from './api.ts';
import { startClock } from './clock.ts';
import { Flow } from './flow.ts';
import { NumberEntry } from './number-entry.ts';
import { OrganizationPage, SessionPage } from './page.tsx';
import { sessionIdToText } from './protocol/ids.ts';
import type * as PhoneLibrary from './protocol/phone-library.ts';
import type { PhoneReader } from './protocol/phone.ts';
import { prefillFrom } from './protocol/prefill.ts';
import { type Route, routeOf } from './route.ts';
import './style.css';
import { text } from './text/index.ts';

const root = document.querySelector('main');
// `check.js` has looked at the browser before; if it found it wanting, its message stays.
if (root !== null && root.dataset['step'] !== 'unsupported') start(root);

function start(root: HTMLElement): void {
  const prefill = takePrefill();
  const api = new Api((...request) => fetch(...request));
  const route = routeOf(location.pathname);
  root.replaceChildren();
  root.removeAttribute('aria-busy');
  if (route.to === 'organization') startOrganization(root, api, route.handle);
  else startSession(root, api, route, prefill);
}

/** Reads the fragment and takes it out of the address bar and the history entry at once (`docs/protocol.md` §6). */
function takePrefill(): string | null {
  const { hash, pathname, search } = location;
  const clear = () => {
    history.replaceState(null, '', pathname + search);
  };
  if (hash !== '') clear();
  addEventListener('hashchange', clear);
  return prefillFrom(hash);
}

function startSession(root: HTMLElement, api: Api, route: Route & { to: 'session' }, prefill: string | null): void {
  const clock = startClock();
  const flow = new Flow({
    api,
    origin: location.origin,
    handle: route.handle,
    sessionId: route.id,
    prefill,
    random: (length) => crypto.getRandomValues(new Uint8Array(length)),
    clock,
    painted,
    loadPhones,
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
    flow.countdown.tick();
  });
  addEventListener('online', () => {
    flow.retry();
  });
  effect(() => {
    root.dataset['step'] = flow.step.value;
    document.title = text.value.title(flow.profile.value?.name ?? '');
  });
  render(<SessionPage flow={flow} />, root);
  flow.start();
}

function startOrganization(root: HTMLElement, api: Api, handle: string): void {
  const entry = new NumberEntry(api, handle);
  effect(() => {
    root.dataset['step'] = entry.missing.value === 'unknown' ? 'invalid' : 'profile';
    document.title = text.value.title(entry.profile.value?.name ?? '');
  });
  const go = (id: Parameters<typeof sessionIdToText>[0]) => {
    location.assign(`/${handle}/${sessionIdToText(id)}`);
  };
  render(<OrganizationPage entry={entry} go={go} />, root);
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

async function loadPhones(attempt: number): Promise<PhoneReader> {
  try {
    const library = (await loadPhoneLibrary(attempt)) as typeof PhoneLibrary;
    return library.readPhone;
  } catch {
    throw new ApiError('network');
  }
}
