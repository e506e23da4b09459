/**
 * Bundles what other languages' tests run against: `dist-peer/peer.mjs`, the protocol module (`src/protocol/peer.ts`), and
 * `dist-peer/page-peer.mjs`, the page but its looks (`src/testing/page-peer.ts`).
 */

import { defineConfig } from 'vite';

export default defineConfig({
  logLevel: 'warn',
  ssr: { noExternal: true },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    ssr: true,
    outDir: 'dist-peer',
    target: 'node20',
    rolldownOptions: {
      input: { peer: 'src/protocol/peer-main.ts', 'page-peer': 'src/testing/page-peer-main.ts' },
      output: { entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' },
    },
  },
});
