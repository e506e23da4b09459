/** Whether the window is wide enough for the live sessions, the open card and history side by side. */

import { signal } from '@preact/signals';

/** As the style sheets have it. */
const query = globalThis.matchMedia('(min-width: 53.75em)');

export const wide = signal(query.matches);

query.addEventListener('change', ({ matches }) => {
  wide.value = matches;
});
