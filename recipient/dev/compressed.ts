/** Preview serves the built page as the service does: under brotli, for whoever takes it. */

import { readFile } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress } from 'node:zlib';
import type { Connect } from 'vite';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** @param dist the folder that was built */
export function compressed(dist: string): Connect.NextHandleFunction {
  const held = new Map<string, Promise<Buffer>>();
  return (request, response, next) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const name = pathname.startsWith('/assets/') ? normalize(pathname) : '/index.html';
    const type = TYPES[extname(name)];
    const takes = /\bbr\b/.test(request.headers['accept-encoding']?.toString() ?? '');
    if (pathname.startsWith('/api/') || type === undefined || !takes) {
      next();
      return;
    }
    const bytes = held.get(name) ?? readFile(join(dist, name)).then(promisify(brotliCompress));
    held.set(name, bytes);
    bytes.then(
      (body) => response.writeHead(200, { 'Content-Type': type, 'Content-Encoding': 'br' }).end(body),
      next,
    );
  };
}
