/**
 * A date in three parts, the month with its name, so that day and month cannot be mixed whatever the machine's region is (native
 * date controls follow it). A whole ISO date typed or pasted into the day is spread over the parts. Whether there is such a day
 * is the engine's to say.
 */

import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { locale, text } from '../text/index.ts';
import { Select } from './select.tsx';

interface Props {
  readonly index: number;
  readonly label: string;
  readonly invalid: boolean;
  readonly describedBy: string;
  readonly onValue: (iso: string) => void;
  readonly onLeave: () => void;
}

const ISO = /^\s*(\d{4})-(\d{1,2})-(\d{1,2})\s*$/u;

/** The parts as an ISO date; empty when all are. Parts that are missing leave a gap, which is no date. */
export function isoOf(day: string, month: string, year: string): string {
  const [d, m, y] = [day.trim(), month.trim(), year.trim()];
  return d === '' && m === '' && y === '' ? '' : [y, m.padStart(m === '' ? 0 : 2, '0'), d.padStart(d === '' ? 0 : 2, '0')].join('-');
}

/** Months as they are offered: their number, to be typed, and their name, to be read. */
function months(): readonly string[] {
  const name = new Intl.DateTimeFormat(locale.value, { month: 'long', timeZone: 'UTC' });
  return Array.from({ length: 12 }, (_, index) => `${index + 1} ${name.format(Date.UTC(2000, index, 1))}`);
}

export function DateInput({ index, label, invalid, describedBy, onValue, onLeave }: Props): JSX.Element {
  const group = useRef<HTMLDivElement>(null);
  const change = () => {
    const part = (name: string) => group.current?.querySelector<HTMLInputElement | HTMLSelectElement>(`[data-part="${name}"]`) ?? null;
    const [day, month, year, whole] = [part('day'), part('month'), part('year'), part('whole')];
    if (day === null || month === null || year === null || whole === null) return;
    const pasted = ISO.exec(day.value);
    if (pasted !== null) [year.value, month.value, day.value] = [pasted[1] ?? '', String(Number(pasted[2])), String(Number(pasted[3]))];
    whole.value = isoOf(day.value, month.value, year.value);
    onValue(whole.value);
  };
  const common = { 'aria-invalid': invalid, 'aria-describedby': describedBy, autocomplete: 'off' } as const;
  return (
    <div
      ref={group}
      class="date"
      role="group"
      aria-label={label}
      onInput={change}
      onFocusOut={(event) => {
        if (!(event.relatedTarget instanceof Node && group.current?.contains(event.relatedTarget))) onLeave();
      }}
    >
      <input {...common} id={`value-${index}`} class="input value" data-testid={`value-${index}`} data-part="day" inputMode="numeric" aria-label={text.date.day} placeholder={text.date.day} />
      <Select {...common} class="input value" data-testid={`value-${index}-month`} data-part="month" aria-label={text.date.month}>
        <option value="">{text.date.month}</option>
        {months().map((name, at) => (
          <option key={name} value={String(at + 1)}>
            {name}
          </option>
        ))}
      </Select>
      <input {...common} class="input value" data-testid={`value-${index}-year`} data-part="year" inputMode="numeric" aria-label={text.date.year} placeholder={text.date.year} />
      <input type="hidden" name={`value-${index}`} data-part="whole" />
    </div>
  );
}
