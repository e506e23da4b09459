/**
 * Lets the page load the phone library again after a failure. A browser may remember that a module did not arrive and fail
 * every later `import()` of the same address; on a bad network that would burn the link, since the page cannot be reloaded
 * without losing it. So the library is a chunk whose address the page knows, and each attempt asks for it under another query.
 */

import type { Plugin } from 'vite';

const NAME = 'virtual:phone-library';
const RESOLVED = `\0${NAME}`;
const SOURCE = '/src/protocol/phone-library.ts';

export function phoneLibrary(): Plugin {
  let building = false;
  return {
    name: 'countersign:phone-library',
    configResolved(config) {
      building = config.command === 'build';
    },
    resolveId: (id) => (id === NAME ? RESOLVED : null),
    load(id) {
      if (id !== RESOLVED) return null;
      const address = building
        ? `import.meta.ROLLUP_FILE_URL_${this.emitFile({
            type: 'chunk',
            id: SOURCE,
            name: 'phone',
            preserveSignature: 'strict',
          })}`
        : JSON.stringify(SOURCE);
      return [
        `const address = ${address};`,
        'export default (attempt) =>',
        "  import(/* @vite-ignore */ attempt === 0 ? address : address + '?attempt=' + attempt);",
      ].join('\n');
    },
  };
}
