/** What stands between this page and the service at the moment, and a button for the impatient. */

import type { Flow } from '../flow.ts';
import { text } from '../text/index.ts';

export function TroubleNote({ flow }: { readonly flow: Flow }) {
  const t = text.value.trouble;
  const trouble = flow.trouble.value;
  if (trouble === null) return null;
  const retry = () => {
    flow.retry();
  };
  return (
    <div class="note warn" data-testid="trouble">
      <p>
        <b>{t[trouble]}</b> {flow.began.value === null ? null : t.safe}
      </p>
      <button type="button" class="small" data-testid="retry" onClick={retry}>
        {t.retry}
      </button>
    </div>
  );
}
