/** The built page with the scripted service, as `npm run preview` serves it, on a port that is free. */

import { fileURLToPath } from 'node:url';
import { preview } from 'vite';

export async function startPreview() {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const server = await preview({ root, logLevel: 'error', preview: { port: 0, host: '127.0.0.1' } });
  const { port } = server.httpServer.address();
  return { origin: `http://127.0.0.1:${port}`, close: () => server.close() };
}

let sessions = 0;

/** A session id that was not used before. */
export function newSession() {
  sessions += 1;
  return `${String(sessions).padStart(25, '0')}0`;
}
