/**
 * A step's heading. Focus moves here when the step appears, so that a screen reader says where the reader is; not on the very
 * first one, where the browser has just said the page's title.
 */

import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

let first = true;

interface Props {
  readonly children: ComponentChildren;
  readonly class?: string;
}

export function Heading({ children, class: look }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (!first) {
      scrollTo(0, 0);
      heading.current?.focus({ preventScroll: true });
    }
    first = false;
  }, []);
  return (
    <h1 ref={heading} tabIndex={-1} class={look ?? ''}>
      {children}
    </h1>
  );
}
