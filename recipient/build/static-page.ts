/**
 * The parts of the page that stand in `index.html` itself: the catalogues' words where `%message.…%` is written, in every
 * language, since no script has chosen one yet; and the classic script that looks at the browser (`src/check.js`), which must
 * not be a module and still have a hashed name. It stays a file: browsers too old to know hashes of inline scripts run it.
 */

import { readFileSync } from 'node:fs';
import type { HtmlTagDescriptor, Plugin } from 'vite';
import { catalogue as ar } from '../src/text/ar.ts';
import { catalogue as de } from '../src/text/de.ts';
import { catalogue as en } from '../src/text/en.ts';
import { catalogue as es } from '../src/text/es.ts';
import { catalogue as fr } from '../src/text/fr.ts';
import { catalogue as pt } from '../src/text/pt.ts';

const CATALOGUES = { en, fr, de, es, pt, ar };
const CHECK = 'src/check.js';

export function staticPage(): Plugin {
  const source = () => readFileSync(new URL(`../${CHECK}`, import.meta.url), 'utf8');
  return {
    name: 'countersign:static-page',
    buildStart() {
      if (this.environment.mode === 'build') this.emitFile({ type: 'asset', name: 'check.js', source: source() });
    },
    transformIndexHtml: {
      order: 'post',
      handler(html, { bundle }) {
        const emitted = Object.values(bundle ?? {}).find((file) => /\/check-[^/]+\.js$/.test(file.fileName));
        const check: HtmlTagDescriptor = {
          tag: 'script',
          attrs: { defer: true, src: `/${emitted?.fileName ?? CHECK}` },
          // First, so that it is sent for before anything else.
          injectTo: 'head-prepend',
        };
        // A charset must stand within the first kilobyte, which it still does behind a few short tags.
        const words = html.replace('%title%', escaped(en.title(''))).replace(/%message\.(\w+)%/g, (_, name: Message) => message(name));
        return { html: tight(words), tags: [check] };
      },
    },
  };
}

type Message = 'loading' | 'noScript' | 'unsupported' | 'incomplete';

/** One message in every language. `check.js` leaves the reader's; where no script runs, all of them stand there. */
function message(name: Message): string {
  const languages = Object.entries(CATALOGUES).map(([tag, { direction, page }]) => {
    const words = page[name];
    const shown = tag === 'en' || name === 'noScript';
    const inside =
      typeof words === 'string'
        ? `<p>${escaped(words)}</p>`
        : `<h1>${escaped(words.heading)}</h1><p>${escaped(words.body)}</p>`;
    return `<div lang="${tag}"${direction === 'rtl' ? ' dir="rtl"' : ''}${shown ? '' : ' hidden'}>${inside}</div>`;
  });
  if (name === 'noScript') return languages.join('');
  const look = name === 'loading' ? ' class="loading"' : ' hidden';
  return `<div data-message="${name}"${look}>${languages.join('')}</div>`;
}

function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;');
}

/** Without indentation: it is the first thing on the wire. */
function tight(html: string): string {
  return html.replace(/^\s+/gm, '');
}
