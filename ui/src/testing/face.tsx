/** For component tests: draws a part into the page, stands in for the engine, presses and types as a person would. */

import { mockIPC } from '@tauri-apps/api/mocks';
import { render } from 'preact';
import type { ComponentChild } from 'preact';
import { act } from 'preact/test-utils';
import type { View } from '../bindings.ts';
import { receive } from '../state.ts';

export type Answers = Readonly<Record<string, (args: Readonly<Record<string, unknown>>) => unknown>>;

/** Answers commands; returns what was asked, in order. Whatever an answer throws is the rejection. */
export function engine(answers: Answers): [string, unknown][] {
  const asked: [string, unknown][] = [];
  mockIPC((command, args) => {
    asked.push([command, args]);
    return answers[command]?.((args ?? {}) as Readonly<Record<string, unknown>>) ?? null;
  });
  return asked;
}

export async function draw(child: ComponentChild): Promise<void> {
  await clear();
  await act(() => {
    render(child, document.body);
  });
}

export async function clear(): Promise<void> {
  await act(() => {
    render(null, document.body);
  });
}

let revision = 1000;

/** Shows a view as if the engine had sent it. */
export async function show(next: View): Promise<void> {
  revision += 1;
  await act(() => {
    receive({ ...next, revision }, performance.now());
  });
}

export function find(testid: string): HTMLElement | null {
  return document.querySelector<HTMLElement>(`[data-testid="${testid}"]`);
}

export function textOf(testid: string): string {
  return find(testid)?.textContent ?? '';
}

function existing(testid: string): HTMLElement {
  const element = find(testid);
  if (element === null) throw new Error(`nothing has the test id ${testid}`);
  return element;
}

export async function press(testid: string): Promise<void> {
  await act(async () => {
    existing(testid).click();
    await Promise.resolve();
  });
}

export async function key(name: string, more: KeyboardEventInit = {}, target: EventTarget = document.body): Promise<void> {
  await act(async () => {
    target.dispatchEvent(new KeyboardEvent('keydown', { key: name, bubbles: true, cancelable: true, ...more }));
    await Promise.resolve();
  });
}

export async function type(testid: string, value: string): Promise<void> {
  await act(() => {
    const input = existing(testid);
    if (!(input instanceof HTMLInputElement || input instanceof HTMLSelectElement)) throw new Error(`${testid} takes no text`);
    input.value = value;
    input.dispatchEvent(new Event('input', { bubbles: true }));
    input.dispatchEvent(new Event('change', { bubbles: true }));
  });
}

export function valueOf(testid: string): string {
  const input = existing(testid);
  return input instanceof HTMLInputElement ? input.value : '';
}

/** Lets everything that was asked be answered and drawn; with fake timers, `ms` of them pass. */
export async function settle(wait: () => Promise<unknown> = () => Promise.resolve()): Promise<void> {
  await act(async () => {
    await wait();
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
  });
}
