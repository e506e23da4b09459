/**
 * Every session ever started on this machine, newest first: metadata only. Loads on while one scrolls and follows what is going
 * on; keeps nothing once it is left.
 */

import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { commands } from '../bindings.ts';
import type { HistoryRow } from '../bindings.ts';
import { ask } from '../engine.ts';
import { joined, took } from '../history-rows.ts';
import { Button } from '../parts/button.tsx';
import { tones } from '../parts/ending.tsx';
import { Mark } from '../parts/icons.tsx';
import { Notice } from '../parts/notice.tsx';
import { view } from '../state.ts';
import { clock, moment } from '../text/format.ts';
import { text } from '../text/index.ts';

const PAGE = 50;
const REFRESH_AFTER_MS = 250;

export function HistoryScreen(): JSX.Element {
  const { rows, next, failed, older } = useHistory();
  return (
    <div id="panel-history" class="screen history" role="tabpanel" aria-labelledby="tab-history">
      <div class="body" tabIndex={0} role="region" aria-label={text.history.label}>
        {failed.value && (
          <Notice tone="bad" role="alert" testid="error-history">
            {text.history.failed}
          </Notice>
        )}
        {rows.value?.length === 0 && <Empty />}
        {rows.value !== null && rows.value.length > 0 && <Table rows={rows.value} />}
        {next.value !== null && <Older older={older} />}
      </div>
    </div>
  );
}

function Empty(): JSX.Element {
  return (
    <div class="nothing" data-testid="history-empty">
      <Mark />
      <h2>{text.history.empty}</h2>
      <p>{text.history.emptyHint}</p>
    </div>
  );
}

const columns = ['created', 'subject', 'template', 'fields', 'valid', 'took', 'outcome'] as const;

function Table({ rows }: { readonly rows: readonly HistoryRow[] }): JSX.Element {
  const now = Date.now();
  return (
    <div class="table" role="table" aria-label={text.history.label}>
      <div class="table-head" role="row">
        {columns.map((column) => (
          <span key={column} class={`cell ${column}`} role="columnheader">
            {text.history[column]}
          </span>
        ))}
      </div>
      {rows.map((row) => (
        <Row key={row.row} row={row} now={now} />
      ))}
    </div>
  );
}

function Row({ row, now }: { readonly row: HistoryRow; readonly now: number }): JSX.Element {
  const seconds = took(row);
  const cells: Record<(typeof columns)[number], JSX.Element | string> = {
    created: moment(row.created_at, now),
    subject: row.subject === '' ? <span class="faint">{text.history.none}</span> : row.subject,
    template: row.template ?? text.card.scratch,
    fields: row.fields.join(', '),
    valid: clock(row.ttl_secs),
    took: seconds === null ? text.history.nothing : clock(seconds),
    outcome: (
      <span class={`tag ${row.outcome === null ? 'running' : tones[row.outcome]}`}>
        {row.outcome === null ? text.history.running : text.outcomes[row.outcome].tag}
      </span>
    ),
  };
  return (
    <div class="table-row" role="row" data-testid="history-row" data-outcome={row.outcome ?? 'running'}>
      {columns.map((column) => (
        <span key={column} class={`cell ${column}`} role="cell">
          {cells[column]}
        </span>
      ))}
    </div>
  );
}

/** A button that presses itself when it scrolls into sight. */
function Older({ older }: { readonly older: () => void }): JSX.Element {
  const row = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (row.current === null) return;
    const observer = new IntersectionObserver((entries) => {
      if (entries.some(({ isIntersecting }) => isIntersecting)) older();
    });
    observer.observe(row.current);
    return () => {
      observer.disconnect();
    };
  });
  return (
    <div ref={row} class="older">
      <Button tone="quiet" testid="history-more" onPress={older}>
        {text.history.reset}
      </Button>
    </div>
  );
}

function useHistory() {
  const rows = useSignal<readonly HistoryRow[] | null>(null);
  const next = useSignal<number | null>(null);
  const failed = useSignal(false);
  const loading = useRef(false);
  const { revision } = view.value;
  const load = async (before: number | null) => {
    const { value: page } = await ask(commands.history({ text: '', outcomes: [], template: null, from: null, until: null }, before, PAGE));
    loading.current = false;
    failed.value = page === null;
    if (page === null) return;
    if (before !== null || rows.peek() === null) next.value = page.next;
    rows.value = joined(rows.peek() ?? [], page.rows);
  };
  useEffect(() => {
    const timer = setTimeout(() => void load(null), rows.peek() === null ? 0 : REFRESH_AFTER_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [revision]);
  const older = () => {
    if (loading.current || next.peek() === null) return;
    loading.current = true;
    void load(next.peek());
  };
  return { rows, next, failed, older };
}
