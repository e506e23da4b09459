/**
 * What the page loads apart from its entry: each a chunk whose address the page knows, so that it can be asked for again after
 * a failure. A browser may remember that a module did not arrive and fail every later `import()` of the same address; on a bad
 * network that would burn the link, since the page cannot be reloaded without losing it. So each attempt asks for the chunk
 * under another query.
 */

import type { Plugin } from 'vite';
import { PAGE_EVENT } from './document.ts';

const NAME = 'virtual:chunks';
const RESOLVED = `\0${NAME}`;
const SOURCES = {
  app: '/src/app.tsx',
  later: '/src/later.ts',
  phone: '/src/protocol/phone-library.ts',
  en: '/src/text/en.ts',
  fr: '/src/text/fr.ts',
  de: '/src/text/de.ts',
  es: '/src/text/es.ts',
  pt: '/src/text/pt.ts',
  ar: '/src/text/ar.ts',
};

export function chunks(): Plugin {
  let building = false;
  return {
    name: 'countersign:chunks',
    configResolved(config) {
      building = config.command === 'build';
    },
    resolveId: (id) => (id === NAME ? RESOLVED : null),
    load(id) {
      if (id !== RESOLVED) return null;
      const addresses = Object.entries(SOURCES).map(([name, source]) => {
        if (!building) return `${name}: ${JSON.stringify(source)},`;
        const reference = this.emitFile({ type: 'chunk', id: source, name, preserveSignature: 'strict' });
        return `${name}: import.meta.ROLLUP_FILE_URL_${reference},`;
      });
      return ['const addresses = {', ...addresses, '};', IMPORT, building ? LINKED : PLAIN].join('\n');
    },
  };
}

const IMPORT = `const file = (name, attempt) =>
  import(/* @vite-ignore */ addresses[name] + (attempt === 0 ? '' : '?attempt=' + attempt));`;

/** Development: everything is a file. */
const PLAIN = 'export const load = file;';

/** The page is in the document and announces itself; what builds on it is a function of it (`document.ts`). */
const LINKED = `const page = new Promise((resolve) => {
  addEventListener('${PAGE_EVENT}', ({ detail }) => { resolve(detail); }, { once: true });
});
export const load = async (name, attempt) => {
  if (name === 'app') return (await page).at(-1);
  const module = await file(name, attempt);
  return module.link === undefined ? module : module.link(await page);
};`;
