/**
 * Where the page begins: small and at the head of the document, so that it can send for the reader's language and the
 * organization's profile while the page itself is still arriving behind it. Takes the fragment out of the address bar before
 * anything else. Once built it is a classic script (`build/document.ts`).
 */

import { load } from 'virtual:chunks';
import { LANGUAGES, type Language, languageFor } from './text/languages.ts';

/** Before each attempt but the first. */
const DELAYS_MS = [300, 1000, 3000];

void begin();

async function begin(): Promise<void> {
  const fragment = takeFragment();
  const language = languageFor(navigator.languages);
  const ahead = sendForProfile();
  const app = insist((attempt) => load('app', attempt));
  const catalogue = insist((attempt) => catalogueOf(language, attempt));
  // `check.js` looks for it.
  app.then(() => (document.documentElement.dataset['begun'] = '')).catch(() => undefined);
  catalogue.catch(() => undefined);
  wake(language);
  await checked();
  const root = document.querySelector('main');
  // `check.js` has looked at the browser; if it found it wanting, its message stays.
  if (root === null || root.dataset['step'] === 'unsupported') return;
  try {
    (await app).start(root, {
      fragment,
      ahead,
      language,
      catalogue: await catalogue,
      languages: LANGUAGES,
      loadCatalogue: catalogueOf,
      loadLater: (attempt) => load('later', attempt),
      loadPhones: (attempt) => load('phone', attempt),
    });
  } catch (error) {
    // `check.js` listens, and says that the page did not load completely.
    if (root.hasAttribute('aria-busy')) dispatchEvent(new Event('error'));
    throw error;
  }
}

/** Resolves once `check.js` has run, or cannot be expected to any more. */
function checked(): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      resolve();
    };
    if (document.readyState === 'complete' || document.querySelector('main[data-checked]') !== null) done();
    addEventListener('DOMContentLoaded', done);
    addEventListener('load', done);
  });
}

/** Browsers read the names of countries and months from disk when first asked; better while nothing else is here yet. */
function wake(language: Language): void {
  try {
    new Intl.DisplayNames([language], { type: 'region' }).of('FR');
    new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: 'UTC' }).format(0);
  } catch {
    // Then the page does without them (`text/format.ts`).
  }
}

/** Reads the fragment and takes it out of the address bar and the history entry at once (`docs/protocol.md` §6). */
function takeFragment(): string {
  const { hash, pathname, search } = location;
  const clear = () => {
    history.replaceState(null, '', pathname + search);
  };
  if (hash !== '') clear();
  addEventListener('hashchange', clear);
  return hash;
}

/** The first request that `api.ts` will make, sent before that module is here. It changes nothing anywhere. */
function sendForProfile(): { readonly path: string; readonly response: Promise<Response> } | null {
  const handle = /^\/([A-Za-z0-9][A-Za-z0-9._-]{0,127})(?:\/|$)/.exec(location.pathname)?.[1]?.toLowerCase();
  if (handle === undefined) return null;
  const path = `/api/v1/orgs/${handle}`;
  const response = fetch(path, {
    headers: { Accept: 'application/json' },
    cache: 'no-store',
    credentials: 'omit',
    mode: 'same-origin',
    redirect: 'error',
    referrerPolicy: 'no-referrer',
  });
  // Whoever takes it deals with its failure.
  response.catch(() => undefined);
  return { path, response };
}

async function catalogueOf(language: Language, attempt: number) {
  const { catalogue } = await load(language, attempt);
  return catalogue;
}

/** A few attempts: nothing is spent yet, and the reader can load the page again. */
async function insist<T>(attempt: (number: number) => Promise<T>): Promise<T> {
  for (const [number, delay] of DELAYS_MS.entries()) {
    try {
      return await attempt(number);
    } catch {
      await new Promise((resolve) => setTimeout(resolve, delay));
    }
  }
  return attempt(DELAYS_MS.length);
}
