/** The same sources make the same bytes, wherever they lie: whoever doubts the page that is served can build it and compare. */

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const HERE = fileURLToPath(new URL('..', import.meta.url));
const SOURCES = ['build', 'dev', 'index.html', 'package.json', 'src', 'vite.config.ts'];

/** The name and the hash of each file that a build of `root` makes. */
async function built(root: string, out: string): Promise<string[]> {
  const vite = join(root, 'node_modules/vite/bin/vite.js');
  const env = { ...process.env, NODE_ENV: 'production', VITEST: '' };
  await promisify(execFile)(process.execPath, [vite, 'build', '--outDir', out, '--logLevel', 'silent'], { cwd: root, env });
  const files = readdirSync(out, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files
    .map((file) => join(file.parentPath, file.name))
    .map((path) => `${path.slice(out.length)} ${createHash('sha256').update(readFileSync(path)).digest('hex')}`)
    .sort();
}

it('makes the same bytes twice, and in another folder', { timeout: 60_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-build-'));
  const elsewhere = join(folder, 'a', 'recipient');
  try {
    mkdirSync(elsewhere, { recursive: true });
    for (const source of SOURCES) cpSync(join(HERE, source), join(elsewhere, source), { recursive: true });
    cpSync(join(HERE, '../ui/tokens.css'), join(folder, 'a/ui/tokens.css'));
    symlinkSync(join(HERE, 'node_modules'), join(elsewhere, 'node_modules'));
    const first = await built(HERE, join(folder, 'first'));
    expect(first.length).toBeGreaterThan(10);
    expect(await built(HERE, join(folder, 'second'))).toEqual(first);
    expect(await built(elsewhere, join(folder, 'third'))).toEqual(first);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
