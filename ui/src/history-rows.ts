/** The loaded part of history: pages joined, newest first. Pure; the engine decides what a row holds. */

import type { HistoryRow } from './bindings.ts';

/** Rows after a page has come in; a row known already is replaced, since its session may have gone on. */
export function joined(rows: readonly HistoryRow[], page: readonly HistoryRow[]): readonly HistoryRow[] {
  const fresh = new Set(page.map(({ row }) => row));
  return [...rows.filter(({ row }) => !fresh.has(row)), ...page].sort((one, other) => other.row - one.row);
}

/** Seconds from creation to the customer's answer; `null` where it never came to comparing. */
export function took({ created_at, viewed_at, ended_at }: HistoryRow): number | null {
  return viewed_at === null || ended_at === null ? null : Math.max(0, Math.round((ended_at - created_at) / 1000));
}
