/** The page's few signs, as inline SVG: no icon font, no emoji whose look nobody controls. Decoration for what words say. */

interface Props {
  readonly class?: string;
}

function icon(path: string) {
  return function Icon({ class: extra }: Props) {
    return (
      <svg class={`icon ${extra ?? ''}`} viewBox="0 0 20 20" aria-hidden="true" focusable="false">
        <path d={path} />
      </svg>
    );
  };
}

export const Tick = icon('M4 10.5l4 4 8-9');
export const Cross = icon('M5 5l10 10M15 5L5 15');
export const Warning = icon('M10 3l8 14H2zM10 8.5v3.5M10 14.6v.1');
