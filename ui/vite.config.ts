/**
 * Builds the agent's screens to `dist/`, which the desktop program embeds. Nothing is inlined into the HTML, so that the
 * window's content security policy can stay at 'self'; `dev/` is served by `npm run dev` only and is in no build.
 */

import { defineConfig } from 'vitest/config';
import { frozenPrototype } from './frozen-prototype.ts';

export default defineConfig({
  base: './',
  plugins: [frozenPrototype()],
  build: {
    target: 'safari16.4',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: { port: 5183, strictPort: true },
  test: {
    environment: 'happy-dom',
    environmentOptions: { happyDOM: { width: 420, height: 680 } },
    include: ['*.test.ts', 'src/**/*.test.{ts,tsx}'],
  },
});
