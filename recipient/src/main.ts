/**
 * Where the page begins: small, so that it is here early and can send for everything else at once: the page itself, the
 * reader's language, the organization's profile. Takes the prefilled value out of the address bar before anything else.
 */

import { load } from 'virtual:chunks';
import { Api } from './api.ts';
import { prefillFrom } from './protocol/prefill.ts';
import { routeOf } from './route.ts';
import { languageFor, loadCatalogue } from './text/languages.ts';

/** Before each attempt but the first. */
const DELAYS_MS = [300, 1000, 3000];

const root = document.querySelector('main');
// `check.js` has looked at the browser before; if it found it wanting, its message stays.
if (root !== null && root.dataset['step'] !== 'unsupported') void start(root);

async function start(root: HTMLElement): Promise<void> {
  const prefill = takePrefill();
  const route = routeOf(location.pathname);
  const api = new Api((...request) => fetch(...request));
  const language = languageFor(navigator.languages);
  const profile = route.handle === '' ? null : api.profile(route.handle, new AbortController().signal);
  // Whoever asks for it deals with its failure.
  profile?.catch(() => undefined);
  try {
    const app = insist((attempt) => load('app', attempt));
    const catalogue = insist((attempt) => loadCatalogue(language, attempt));
    (await app).start(root, { api, route, prefill, profile, language, catalogue: await catalogue });
  } catch (error) {
    // `check.js` listens, and says that the page did not load completely.
    if (root.hasAttribute('aria-busy')) dispatchEvent(new Event('error'));
    throw error;
  }
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
