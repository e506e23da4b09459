/** Builds the page: `dist/index.html` and `dist/assets/*` with hashed names, the same bytes from the same sources. */

import { defineConfig } from 'vitest/config';
import { chunks } from './build/chunks.ts';
import { oneDocument } from './build/document.ts';
import { sizes } from './build/sizes.ts';
import { staticPage } from './build/static-page.ts';
import { scriptedService } from './dev/service.ts';

export default defineConfig({
  base: '/',
  plugins: [chunks(), staticPage(), oneDocument(), sizes(), scriptedService()],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    // `Object.hasOwn` is the youngest thing the arithmetic needs; check.js asks for what the syntax does not show.
    target: ['es2021', 'chrome93', 'firefox92', 'safari15.4'],
    sourcemap: false,
    modulePreload: false,
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
  // The one token file lies beside this folder.
  server: { fs: { allow: ['..'] } },
  test: { include: ['{src,build}/**/*.test.ts'] },
});
