/**
 * A step's heading. Focus moves here when the step appears, so that a screen reader says where the reader is; not on the very
 * first one, where the browser has just said the page's title, unless that was so long ago that the reader has gone on.
 */

import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

/** After this much since the page was asked for, its title has been said. */
const TITLE_SAID_MS = 3000;
let first = true;

interface Props {
  readonly children: ComponentChildren;
  readonly class?: string;
}

export function Heading({ children, class: look }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    const late = performance.now() > TITLE_SAID_MS && document.activeElement === document.body;
    if (!first) scrollTo(0, 0);
    if (!first || late) heading.current?.focus({ preventScroll: true });
    first = false;
  }, []);
  return (
    <h1 ref={heading} tabIndex={-1} class={look ?? ''}>
      {children}
    </h1>
  );
}
