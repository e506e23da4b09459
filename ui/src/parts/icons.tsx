/** Drawings: the mark and the few symbols that stand beside words. Never alone: each has a label or a word next to it. */

import type { JSX } from 'preact';

/** The seal in two halves (`icons/app.svg`), in the colours of the theme. */
export function Mark(): JSX.Element {
  return (
    <svg class="mark" viewBox="0 0 64 64" width="24" height="24" aria-hidden="true" focusable="false">
      <path class="mark-ours" d="M21 6.25A28 28 0 0 0 37 59.55V35H21Z" />
      <path class="mark-theirs" d="M43 57.75A28 28 0 0 0 27 4.45V29H43Z" />
    </svg>
  );
}

const shapes = {
  check: 'M3.5 8.5l3 3 6-7',
  cross: 'M4 4l8 8M12 4l-8 8',
  plus: 'M8 3v10M3 8h10',
  chevron: 'M4 6l4 4 4-4',
  alert: 'M8 2.2L14.6 13.6H1.4ZM8 6.4v3.2M8 11.6v.2',
  lock: 'M4 7.5h8v6H4ZM5.6 7.5V5.4a2.4 2.4 0 0 1 4.8 0v2.1',
  star: 'M8 1.8l1.9 4 4.4.5-3.3 3 .9 4.4L8 11.5l-3.9 2.2.9-4.4-3.3-3 4.4-.5Z',
  up: 'M4 10l4-4 4 4',
  filter: 'M2.5 4h11M4.5 8h7M6.5 12h3',
  search: 'M7 2.5a4.5 4.5 0 1 1 0 9a4.5 4.5 0 0 1 0-9M10.4 10.4L14 14',
  code: 'M2.5 2.5h4v4h-4ZM9.5 2.5h4v4h-4ZM2.5 9.5h4v4h-4ZM9.5 9.5h1.5v1.5M13.5 9.5v4h-4',
  open: 'M9 3h4v4M13 3L7.5 8.5M11 9.5V13H3V5h3.5',
} as const;

export type Shape = keyof typeof shapes;

export function Icon({ shape }: { readonly shape: Shape }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
      <path d={shapes[shape]} />
    </svg>
  );
}
