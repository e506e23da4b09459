import { expect, it, vi } from 'vitest';
import { fetchAfter } from './ahead.ts';

const PATH = '/api/v1/orgs/acme';

it('takes the response that was sent for, once and for its own path', async () => {
  const ordinary = vi.fn<typeof fetch>(() => Promise.resolve(new Response('ordinary')));
  const ahead = { path: PATH, response: Promise.resolve(new Response('ahead')) };
  const call = fetchAfter(ahead, ordinary);
  const ask = async (path: string) => (await call(path)).text();
  expect(await ask('/api/v1/orgs/other')).toBe('ordinary');
  expect(await ask(PATH)).toBe('ahead');
  expect(await ask(PATH)).toBe('ordinary');
});

it('asks again after what was sent for did not arrive', async () => {
  const lost = Promise.reject<Response>(new TypeError('network'));
  const call = fetchAfter({ path: PATH, response: lost }, () => Promise.resolve(new Response('ordinary')));
  await expect(call(PATH)).rejects.toThrow('network');
  expect(await (await call(PATH)).text()).toBe('ordinary');
});

it('gives up with whoever asked', async () => {
  const never = new Promise<Response>(() => undefined);
  const life = new AbortController();
  const call = fetchAfter({ path: PATH, response: never }, () => never);
  const answer = call(PATH, { signal: life.signal });
  life.abort();
  await expect(answer).rejects.toThrow('aborted');
});
