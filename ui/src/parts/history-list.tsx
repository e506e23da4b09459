/**
 * The list of sessions found: a grid of which only the rows in sight are in the document, whatever its length. Rows are all of
 * one height, which the style sheet sets and this measures. Arrow keys, page keys, Home and End move through it.
 */

import { useSignal } from '@preact/signals';
import type { JSX, RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { HistoryRow } from '../bindings.ts';
import { inSight, rowAfter, took } from '../history-rows.ts';
import { clock, fullMoment, moment } from '../text/format.ts';
import { text } from '../text/index.ts';
import { tones } from './ending.tsx';

const columns = ['created', 'subject', 'template', 'fields', 'valid', 'opened', 'viewed', 'revealed', 'took', 'outcome'] as const;
/** Where nothing can be measured. */
const ROW_HEIGHT = 52;
const HEIGHT = 600;

interface Props {
  readonly rows: readonly HistoryRow[];
  readonly total: number;
  readonly search: number;
  readonly older: () => void;
}

export function HistoryList({ rows, total, search, older }: Props): JSX.Element {
  const grid = useRef<HTMLDivElement>(null);
  const active = useSignal(0);
  const { scrolled, height, rowHeight } = useMeasures(grid);
  const { first, end } = inSight(scrolled.value, height.value, rowHeight.value, rows.length);
  useEffect(() => {
    if (end > rows.length - 20) older();
  });
  useEffect(() => {
    active.value = 0;
    if (grid.current !== null) grid.current.scrollTop = 0;
  }, [search]);
  const key = (event: KeyboardEvent) => {
    const page = Math.max(1, Math.floor(height.peek() / rowHeight.peek()) - 2);
    const to = event.ctrlKey || event.metaKey || event.altKey ? null : rowAfter(event.key, active.peek(), rows.length, page);
    if (to === null || grid.current === null) return;
    event.preventDefault();
    active.value = to;
    bringInSight(grid.current, to, rowHeight.peek());
    scrolled.value = grid.current.scrollTop;
  };
  const now = Date.now();
  const shown = active.value >= first && active.value < end ? rows[active.value] : undefined;
  return (
    <div
      ref={grid}
      class="grid"
      role="grid"
      tabIndex={0}
      data-testid="history-list"
      aria-label={text.history.label}
      aria-rowcount={total + 1}
      aria-colcount={columns.length}
      aria-activedescendant={shown === undefined ? undefined : `history-${shown.row}`}
      onKeyDown={key}
      onScroll={(event) => {
        scrolled.value = event.currentTarget.scrollTop;
      }}
    >
      <div class="table-head" role="row" aria-rowindex={1}>
        {columns.map((column) => (
          <span key={column} class={`cell ${column}`} role="columnheader">
            {text.history[column]}
          </span>
        ))}
      </div>
      <div role="rowgroup">
        <div class="gap" role="presentation" style={{ blockSize: `${first * rowHeight.value}px` }} />
        {rows.slice(first, end).map((row, index) => (
          <Row key={row.row} row={row} now={now} at={first + index} active={row === shown} />
        ))}
        <div class="gap" role="presentation" style={{ blockSize: `${(rows.length - end) * rowHeight.value}px` }} />
      </div>
    </div>
  );
}

interface RowProps {
  readonly row: HistoryRow;
  readonly now: number;
  readonly at: number;
  readonly active: boolean;
}

function Row({ row, now, at, active }: RowProps): JSX.Element {
  const seconds = took(row);
  const after = (time: number | null) => (time === null ? text.history.nothing : clock(Math.max(0, Math.round((time - row.created_at) / 1000))));
  const cells: Record<(typeof columns)[number], JSX.Element | string> = {
    created: <time title={fullMoment(row.created_at)}>{moment(row.created_at, now)}</time>,
    subject: row.subject === '' ? <span class="faint">{text.history.none}</span> : row.subject,
    template: row.template ?? text.card.scratch,
    fields: row.fields.join(', '),
    valid: clock(row.ttl_secs),
    opened: after(row.opened_at),
    viewed: after(row.viewed_at),
    revealed: after(row.revealed_at),
    took: seconds === null ? text.history.nothing : clock(seconds),
    outcome: (
      <span class={`tag ${row.outcome === null ? 'running' : tones[row.outcome]}`}>
        {row.outcome === null ? text.history.running : text.outcomes[row.outcome].tag}
      </span>
    ),
  };
  return (
    <div
      id={`history-${row.row}`}
      class={active ? 'table-row active' : 'table-row'}
      role="row"
      aria-rowindex={at + 2}
      data-testid="history-row"
      data-row={row.row}
      data-outcome={row.outcome ?? 'running'}
    >
      {columns.map((column) => (
        <span key={column} class={`cell ${column}`} role="gridcell" dir={column === 'created' || column === 'outcome' ? undefined : 'auto'}>
          {cells[column]}
        </span>
      ))}
    </div>
  );
}

function bringInSight(grid: HTMLElement, row: number, rowHeight: number): void {
  const head = grid.querySelector<HTMLElement>('.table-head')?.offsetHeight ?? 0;
  const [top, bottom] = [row * rowHeight, (row + 1) * rowHeight + head];
  if (top < grid.scrollTop) grid.scrollTop = top;
  else if (bottom > grid.scrollTop + grid.clientHeight) grid.scrollTop = bottom - grid.clientHeight;
}

/** How far it is scrolled, how high it is, and how high a row is: measured anew when the window or the type size changes. */
function useMeasures(grid: RefObject<HTMLDivElement | null>) {
  const scrolled = useSignal(0);
  const height = useSignal(HEIGHT);
  const rowHeight = useSignal(ROW_HEIGHT);
  const measure = () => {
    const row = grid.current?.querySelector<HTMLElement>('.table-row')?.getBoundingClientRect().height ?? 0;
    if (row > 0) rowHeight.value = row;
    const seen = grid.current?.clientHeight ?? 0;
    if (seen > 0) height.value = seen;
  };
  useLayoutEffect(() => {
    measure();
    if (grid.current === null) return;
    const observer = new ResizeObserver(measure);
    observer.observe(grid.current);
    return () => {
      observer.disconnect();
    };
  }, []);
  return { scrolled, height, rowHeight };
}
