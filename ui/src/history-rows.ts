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

/** Which rows of a long list are drawn: those in sight and a few around them. */
export function inSight(scrolled: number, height: number, rowHeight: number, count: number): { readonly first: number; readonly end: number } {
  const around = 6;
  const first = Math.max(0, Math.min(count - 1, Math.floor(scrolled / rowHeight)) - around);
  const end = Math.min(count, Math.ceil((scrolled + height) / rowHeight) + around);
  return { first, end: Math.max(first, end) };
}

/** The row a key leads to, or `null` where the key leads nowhere. */
export function rowAfter(key: string, at: number, count: number, page: number): number | null {
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + page, PageUp: at - page, Home: 0, End: count - 1 }[key];
  return to === undefined || count === 0 ? null : Math.max(0, Math.min(count - 1, to));
}
