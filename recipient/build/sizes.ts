/**
 * Prints what the page weighs at the end of a build: brotli, as it travels. The last lines have the one form of the project's
 * figures, `figure NAME VALUE UNIT GOAL ok|short`. The phone library counts apart: only sessions with a phone field load
 * it. Of the languages the heaviest counts: a page loads one.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import type { Plugin } from 'vite';

const GOALS = { page_brotli_kib: 45, page_phone_brotli_kib: 40 };

export function sizes(): Plugin {
  let out = '';
  let silent = false;
  return {
    name: 'countersign:sizes',
    apply: 'build',
    configResolved(config) {
      out = join(config.root, config.build.outDir);
      silent = config.logLevel === 'silent';
    },
    closeBundle() {
      if (silent) return;
      const total = { page_brotli_kib: 0, page_phone_brotli_kib: 0 };
      let language = 0;
      for (const name of files(out)) {
        const size = brotli(join(out, name)) / 1024;
        if (/\/[a-z]{2}-[^/]+\.js$/.test(name)) language = Math.max(language, size);
        else total[/\/phone-[^/]+\.js$/.test(name) ? 'page_phone_brotli_kib' : 'page_brotli_kib'] += size;
        console.log(`${size.toFixed(2).padStart(7)} KiB brotli  ${name}`);
      }
      total.page_brotli_kib += language;
      for (const [name, goal] of Object.entries(GOALS)) {
        const size = total[name as keyof typeof GOALS];
        console.log(`figure ${name} ${size.toFixed(2)} KiB ${goal} ${size <= goal ? 'ok' : 'short'}`);
      }
    },
  };
}

function files(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

function brotli(path: string): number {
  const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
  return brotliCompressSync(readFileSync(path), { params }).length;
}
