/** The flow with a scripted service behind it, brought to the step a test is about. Wants fake timers. */

import { vi } from 'vitest';
import { Api } from '../api.ts';
import { startClock } from '../clock.ts';
import { type Environment, Flow } from '../flow.ts';
import * as later from '../later.ts';
import { sessionIdFromText } from '../protocol/ids.ts';
import { readPhone } from '../protocol/phone-library.ts';
import { CHANNEL, SESSION_ID } from '../protocol/testing/samples.ts';
import { type Call, type Script, ScriptedService } from './service.ts';

export interface Options extends Script {
  readonly env?: Partial<Environment>;
}

/** A page that was just loaded. */
export function page({ env, ...script }: Options = {}) {
  const service = new ScriptedService(script);
  const environment: Environment = {
    api: new Api(service.fetch as typeof fetch),
    ...CHANNEL,
    sessionId: sessionIdFromText(SESSION_ID),
    prefill: null,
    random: (length) => crypto.getRandomValues(new Uint8Array(length)),
    clock: startClock(),
    painted: () => Promise.resolve(),
    idle: (work) => {
      setTimeout(work);
    },
    loadLater: () => Promise.resolve(later),
    loadPhones: () => Promise.resolve(readPhone),
    ...env,
  };
  return { service, environment, flow: another(environment) };
}

/** Another page on the same link, or the same page after a reload. */
export function another(environment: Environment): Flow {
  const flow = new Flow(environment);
  flow.start();
  return flow;
}

/** Lets time pass. */
export const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

/** After the tap. */
export async function opened(options: Options = {}) {
  const all = page(options);
  await pass(0);
  all.flow.begin('recipient');
  await pass(0);
  return all;
}

/** Types values, one for each field. */
export function enter(flow: Flow, ...values: readonly string[]): void {
  values.forEach((value, place) => {
    const entry = flow.fields.value?.entries[place];
    if (entry !== undefined) entry.typed.value = value;
  });
}

/** With the right value entered and checked. */
export async function shown(options: Options = {}) {
  const all = await opened(options);
  enter(all.flow, '+33 6 12 34 56 78');
  await all.flow.check();
  await pass(10);
  return all;
}

/** What was asked of the service, in order. */
export const verbs = (service: ScriptedService): string[] => service.calls.map(({ verb }) => verb);
/** The calls of one verb. */
export const only = (service: ScriptedService, verb: string): Call[] =>
  service.calls.filter((call) => call.verb === verb);
