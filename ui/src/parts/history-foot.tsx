/** What can be done with history as a whole: write what was found into a file, prove that nothing was changed. */

import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { commands } from '../bindings.ts';
import type { Exported, ExportFormat, Integrity, Refused } from '../bindings.ts';
import { ask } from '../engine.ts';
import { query } from '../history-query.ts';
import { fullMoment } from '../text/format.ts';
import { text } from '../text/index.ts';
import { refusalText } from '../text/refusal.ts';
import { Button } from './button.tsx';
import { Icon } from './icons.tsx';
import { Notice } from './notice.tsx';

export function HistoryFoot(): JSX.Element {
  return (
    <div class="foot history-foot">
      <Proof />
      <Exports />
    </div>
  );
}

/** The sentence for what a check has found. */
export function integrityText(found: Integrity): string {
  switch (found.is) {
    case 'whole': {
      const whole = text.history.integrity.whole(found.records);
      return found.unsealed === 0 ? whole : `${whole} ${text.history.integrity.unsealed(found.unsealed)}`;
    }
    case 'broken':
      return text.history.integrity.broken(found.row, found.created_at === null ? '' : fullMoment(found.created_at));
    case 'key_unavailable':
      return text.history.integrity.key_unavailable;
  }
}

function Proof(): JSX.Element {
  const found = useSignal<Integrity | null>(null);
  const refused = useSignal<Refused | null>(null);
  const busy = useSignal(false);
  const verify = async () => {
    busy.value = true;
    const answer = await ask(commands.verifyHistory());
    busy.value = false;
    found.value = answer.value;
    refused.value = answer.refused;
  };
  const is = found.value?.is ?? 'unknown';
  return (
    <>
      <div class={`integrity ${is}`}>
        {is !== 'unknown' && <Icon shape={is === 'whole' ? 'check' : 'alert'} />}
        <p role={is === 'broken' ? 'alert' : 'status'} data-testid="integrity" data-is={is}>
          {found.value === null ? text.history.integrity.unknown : integrityText(found.value)}
        </p>
        <Button
          testid="verify"
          disabled={busy.value}
          onPress={() => {
            void verify();
          }}
        >
          {busy.value ? text.history.verifying : text.history.verify}
        </Button>
      </div>
      <Trouble refused={refused.value} testid="error-verify" />
    </>
  );
}

function Exports(): JSX.Element {
  const written = useSignal<Exported | null>(null);
  const refused = useSignal<Refused | null>(null);
  const write = (format: ExportFormat) => async () => {
    const answer = await ask(commands.exportHistory(query.peek(), format));
    written.value = answer.value;
    refused.value = answer.refused;
  };
  return (
    <>
      <div class="actions">
        <Button testid="export-csv" onPress={() => void write('csv')()}>
          {text.history.exportCsv}
        </Button>
        <Button testid="export-json" onPress={() => void write('json')()}>
          {text.history.exportJson}
        </Button>
      </div>
      <div role="status">{written.value !== null && <Written {...written.value} says={text.history.exported} />}</div>
      <Trouble refused={refused.value} testid="error-export" />
    </>
  );
}

/** Where a file was put, and how much is in it. */
export function Written({ path, count, says }: Exported & { readonly says: (count: number) => string }): JSX.Element {
  return (
    <Notice tone="good" testid="exported">
      {says(count)}{' '}
      <code class="path" dir="ltr" data-testid="exported-path" data-count={count}>
        {path}
      </code>
    </Notice>
  );
}

export function Trouble({ refused, testid }: { readonly refused: Refused | null; readonly testid: string }): JSX.Element | null {
  if (refused === null) return null;
  return (
    <Notice tone="bad" role="alert" testid={testid}>
      {refusalText(refused)}
    </Notice>
  );
}
