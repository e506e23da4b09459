import type { JSX } from 'preact';

export function TemplatesScreen(): JSX.Element {
  return <div id="panel-templates" />;
}
