/** Bundles the protocol module as a program for other languages' tests: `dist-peer/peer.mjs` (`src/protocol/peer.ts`). */

import { defineConfig } from 'vite';

export default defineConfig({
  logLevel: 'warn',
  ssr: { noExternal: true },
  build: {
    ssr: 'src/protocol/peer-main.ts',
    outDir: 'dist-peer',
    target: 'node20',
    rolldownOptions: { output: { entryFileNames: 'peer.mjs' } },
  },
});
