/**
 * History as it is asked for: a search, the pages found so far, and what they add up to. Pages follow one another by the last
 * row's number, so that new sessions shift nothing. The engine searches; nothing is kept once the screen is left.
 */

import { batch, signal, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { commands } from './bindings.ts';
import type { HistoryQuery, HistoryRow, HistorySummary } from './bindings.ts';
import { ask } from './engine.ts';
import { joined } from './history-rows.ts';
import { view } from './state.ts';

const PAGE = 100;
const REFRESH_AFTER_MS = 250;

export const everything: HistoryQuery = { text: '', outcomes: [], template: null, from: null, until: null };

/** What is searched for. */
export const query = signal<HistoryQuery>(everything);

/** How many filters besides the words are on. */
export function filtersOn({ outcomes, template, from, until }: HistoryQuery): number {
  return [outcomes.length > 0, template !== null, from !== null, until !== null].filter(Boolean).length;
}

export interface History {
  /** What was found so far, newest first; `null` until the first page is here. */
  readonly rows: readonly HistoryRow[] | null;
  readonly summary: HistorySummary | null;
  readonly failed: boolean;
  /** Grows when the search changes: the list starts at its top again. */
  readonly search: number;
  /** Fetches the next page, if there is one. */
  readonly older: () => void;
  readonly retry: () => void;
}

export function useHistory(): History {
  const rows = useSignal<readonly HistoryRow[] | null>(null);
  const summary = useSignal<HistorySummary | null>(null);
  const failed = useSignal(false);
  const search = useSignal(0);
  const next = useRef<number | null>(null);
  const loading = useRef(false);
  const shown = useRef<HistoryQuery | null>(null);
  const asked = query.value;
  const { revision } = view.value;

  const newest = async () => {
    const fresh = shown.current !== asked;
    const [page, sum] = await Promise.all([ask(commands.history(asked, null, PAGE)), ask(commands.historySummary(asked))]);
    if (query.peek() !== asked) return; // another search has begun
    batch(() => {
      failed.value = page.value === null;
      if (page.value === null) return;
      summary.value = sum.value;
      if (!fresh && rows.peek() !== null) {
        rows.value = joined(rows.peek() ?? [], page.value.rows);
        return;
      }
      shown.current = asked;
      next.current = page.value.next;
      rows.value = page.value.rows;
      search.value += 1;
    });
  };
  const older = async () => {
    if (loading.current || next.current === null) return;
    loading.current = true;
    const { value: page } = await ask(commands.history(asked, next.current, PAGE));
    loading.current = false;
    if (query.peek() !== asked) return;
    failed.value = page === null;
    if (page === null) return;
    next.current = page.next;
    rows.value = joined(rows.peek() ?? [], page.rows);
  };
  useEffect(() => {
    if (shown.current !== asked) {
      void newest();
      return;
    }
    const timer = setTimeout(() => void newest(), REFRESH_AFTER_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [asked, revision]);
  return {
    rows: rows.value,
    summary: summary.value,
    failed: failed.value,
    search: search.value,
    older: () => void older(),
    retry: () => void newest(),
  };
}
