/**
 * Every session ever started on this machine, newest first: metadata only. Searches as one types, loads on while one scrolls and
 * follows what is going on; keeps no row once it is left.
 */

import type { JSX } from 'preact';
import { everything, query, useHistory } from '../history-query.ts';
import { Button } from '../parts/button.tsx';
import { HistoryChart } from '../parts/history-chart.tsx';
import { HistoryFilters } from '../parts/history-filters.tsx';
import { HistoryFoot } from '../parts/history-foot.tsx';
import { HistoryList } from '../parts/history-list.tsx';
import { Mark } from '../parts/icons.tsx';
import { Notice } from '../parts/notice.tsx';
import { text } from '../text/index.ts';

export function HistoryScreen(): JSX.Element {
  return (
    <div id="panel-history" class="screen-frame" role="tabpanel" aria-labelledby="tab-history">
      <HistoryPane />
    </div>
  );
}

/** History without the frame of a screen: also stands beside the live sessions where the window is wide. */
export function HistoryPane(): JSX.Element {
  const { rows, summary, failed, search, older, retry } = useHistory();
  const searching = query.value !== everything;
  return (
    <div class="screen history">
      <div class="history-head">
        {(searching || rows === null || rows.length > 0) && <HistoryFilters templates={summary?.templates ?? []} />}
        {summary !== null && summary.count > 0 && <HistoryChart summary={summary} />}
        {failed && (
          <Notice tone="bad" role="alert" testid="error-history">
            {text.history.failed}{' '}
            <Button tone="quiet" class="inline" testid="history-retry" onPress={retry}>
              {text.history.retry}
            </Button>
          </Notice>
        )}
      </div>
      {rows?.length === 0 && (searching ? <NoMatch /> : <Empty />)}
      {rows !== null && rows.length > 0 && (
        <>
          <HistoryList rows={rows} total={summary?.count ?? rows.length} search={search} older={older} />
          <HistoryFoot />
        </>
      )}
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

function NoMatch(): JSX.Element {
  return (
    <div class="nothing" role="status" data-testid="history-no-match">
      <h2>{text.history.noMatch}</h2>
      <p>{text.history.noMatchHint}</p>
      <Button
        testid="history-reset"
        onPress={() => {
          query.value = everything;
        }}
      >
        {text.history.reset}
      </Button>
    </div>
  );
}
