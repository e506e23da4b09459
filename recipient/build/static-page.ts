/**
 * The parts of the page that stand in `index.html` itself: the catalogue's words where `%path.in.catalogue%` is written, and
 * the classic script that looks at the browser (`src/check.js`), which must not be a module and still have a hashed name.
 */

import { readFileSync } from 'node:fs';
import type { HtmlTagDescriptor, Plugin } from 'vite';
import { en } from '../src/text/en.ts';

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
          // First: deferred scripts and modules run in the order in which they stand.
          injectTo: 'head-prepend',
        };
        const tags = [check];
        // A charset must stand within the first kilobyte, which it still does behind one short tag.
        return { html: tight(html.replace(/%([a-zA-Z.]+)%/g, (_, path: string) => word(path))), tags };
      },
    },
  };
}

function word(path: string): string {
  if (path === 'title') return en.title('');
  const found = path.split('.').reduce<unknown>((node, key) => (node as Record<string, unknown>)[key], en);
  if (typeof found !== 'string') throw new Error(`index.html: the catalogue has no ${path}`);
  return found.replace(/&/g, '&amp;').replace(/</g, '&lt;');
}

/** Without indentation: it is the first thing on the wire. */
function tight(html: string): string {
  return html.replace(/^\s+/gm, '');
}
