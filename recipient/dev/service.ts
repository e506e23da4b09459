/**
 * `npm run dev` and `npm run preview`: serves the scripted service (`src/testing/service.ts`) beside the page, so that every
 * step can be brought up without the product's service. The organization's handle chooses the scene: `/acme/{id}` and the
 * others of {@link SCENES}, with any session id; each id is a session of its own. Preview also sends the headers that the
 * real service will send.
 */

import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { Connect, Plugin } from 'vite';
import { type Script, ScriptedService } from '../src/testing/service.ts';
import { policyFor } from '../build/policy.ts';
import { compressed } from './compressed.ts';

const FIELD = { name: 'Phone number', kind: 'phone', hint: 'The number you are on now' };

const SCENES: Record<string, Script> = {
  acme: {},
  typed: { offer: { compare: 'typed' } },
  three: {
    offer: {
      agent_name: '',
      fields: [
        { name: 'Date of birth', kind: 'date', hint: '' },
        { name: 'Customer number', kind: 'code', hint: 'On every bill, top right' },
        { name: 'Last bill', kind: 'number', hint: 'In euros' },
      ],
    },
  },
  letters: {
    offer: {
      subject: '',
      fields: [
        { name: 'E-mail address', kind: 'email', hint: '' },
        { name: 'Your name', kind: 'text', hint: '' },
      ],
    },
  },
  slow: { agentAnswers: new Promise(() => undefined) },
  forged: { forgedTag: true },
  short: { ttlMs: 35_000 },
  bare: { profile: { domains: [], description: '', channels: [], website: '' } },
  practice: { profile: { domains: [], practice: true } },
  long: {
    offer: {
      agent_name: 'Maximiliane-Alexandra von Hohenfels-Wittgenstein',
      subject: 'Refund 2026-11/000451 for the cancelled order of the third quarter',
      passcode_digits: 8,
      fields: [
        { ...FIELD, name: 'The telephone number on which we are speaking with you now', hint: 'Not a landline' },
      ],
    },
    profile: {
      domains: [
        {
          name: 'customer-service.acme-energy-international.example',
          method: 'dns',
          verified_at: '2026-11-03T09:00:00Z',
        },
        { name: 'acme.example', method: 'well-known', verified_at: '2026-01-13T09:00:00Z' },
      ],
      description: 'Supplies electricity, gas and district heating to homes and small businesses in eleven countries',
    },
  },
};

const HEADERS = {
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

export function scriptedService(): Plugin {
  return {
    name: 'countersign:scripted-service',
    configureServer(server) {
      server.middlewares.use(middleware());
    },
    configurePreviewServer(server) {
      const dist = join(server.config.root, server.config.build.outDir);
      const headers = { ...HEADERS, 'Content-Security-Policy': policyFor(readFileSync(join(dist, 'index.html'), 'utf8')) };
      server.middlewares.use((_, response, next) => {
        for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
        next();
      });
      server.middlewares.use(middleware());
      server.middlewares.use(compressed(dist));
    },
  };
}

function middleware(): Connect.NextHandleFunction {
  const sessions = new Map<string, ScriptedService>();
  return (request, response, next) => {
    const [, api, , , handle = '', , id = ''] = (request.url ?? '').split('/');
    const scene = SCENES[handle];
    if (api !== 'api') {
      next();
    } else if (scene === undefined) {
      response.writeHead(404, { 'Content-Type': 'application/problem+json' }).end('{"code":"invalid_session"}');
    } else {
      const sessionId = id.length === 26 ? id : '0123456789abcdefghjkmnpqrg';
      const origin = `http://${request.headers.host ?? ''}`;
      const key = `${handle}/${sessionId}`;
      const service = sessions.get(key) ?? new ScriptedService({ began: null, ...scene, origin, handle, sessionId });
      sessions.set(key, service);
      // A browser that was closed meanwhile has hung up.
      pass(service, request, response).catch(() => response.destroy());
    }
  };
}

async function pass(service: ScriptedService, request: IncomingMessage, response: ServerResponse): Promise<void> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  const headers = { Authorization: request.headers.authorization ?? '' };
  const init = request.method === 'POST' ? { method: 'POST', headers, body } : { headers };
  const answer = await service.fetch(request.url ?? '', init);
  const code = service.revealed;
  if (code !== null && request.url?.endsWith('/viewed') === true) console.log(`the agent may say: ${code}`);
  response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text());
}
