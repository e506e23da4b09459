/** What history is searched for: words at once, outcomes, template and dates behind a button. The engine searches. */

import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { HistoryQuery, Outcome } from '../bindings.ts';
import { filtersOn, query } from '../history-query.ts';
import { text } from '../text/index.ts';
import { Button } from './button.tsx';
import { tones } from './ending.tsx';
import { Icon } from './icons.tsx';
import { Select } from './select.tsx';

const SEARCH_AFTER_MS = 120;
const outcomes = Object.keys(tones) as Outcome[];

function change(part: Partial<HistoryQuery>): void {
  query.value = { ...query.peek(), ...part };
}

export function HistoryFilters({ templates }: { readonly templates: readonly string[] }): JSX.Element {
  const open = useSignal(false);
  const on = filtersOn(query.value);
  return (
    <div class="filters">
      <div class="input-row">
        <Search />
        <Button
          testid="history-filters"
          class={on > 0 ? 'filtering' : ''}
          expanded={open.value}
          onPress={() => {
            open.value = !open.peek();
          }}
        >
          <Icon shape="filter" /> {on > 0 ? text.history.filtersOn(on) : text.history.filters}
        </Button>
      </div>
      {open.value && (
        <div class="panel" role="group" aria-label={text.history.filters}>
          <Outcomes />
          <div class="filter-row">
            <Templates templates={templates} />
            <Day label={text.history.from} testid="history-from" name="from" />
            <Day label={text.history.until} testid="history-until" name="until" />
          </div>
        </div>
      )}
    </div>
  );
}

function Search(): JSX.Element {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(
    () => () => {
      clearTimeout(timer.current);
    },
    [],
  );
  return (
    <div class="input-frame grow">
      <input
        class="input search"
        type="search"
        data-testid="history-search"
        aria-label={text.history.search}
        placeholder={text.history.search}
        autocomplete="off"
        spellcheck={false}
        value={query.value.text}
        onInput={(event) => {
          const typed = event.currentTarget.value;
          clearTimeout(timer.current);
          timer.current = setTimeout(() => {
            change({ text: typed });
          }, SEARCH_AFTER_MS);
        }}
      />
      <Icon shape="search" />
    </div>
  );
}

function Outcomes(): JSX.Element {
  const chosen = query.value.outcomes;
  return (
    <fieldset class="group">
      <legend class="label">{text.history.outcomes}</legend>
      <div class="checks">
        {outcomes.map((outcome) => (
          <label key={outcome} class="check">
            <input
              type="checkbox"
              data-testid={`history-outcome-${outcome}`}
              checked={chosen.includes(outcome)}
              onChange={(event) => {
                const without = query.peek().outcomes.filter((each) => each !== outcome);
                change({ outcomes: event.currentTarget.checked ? [...without, outcome] : without });
              }}
            />
            {text.outcomes[outcome].tag}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function Templates({ templates }: { readonly templates: readonly string[] }): JSX.Element {
  const chosen = query.value.template;
  return (
    <Select
      class="input"
      data-testid="history-template"
      aria-label={text.history.template}
      onChange={(event) => {
        change({ template: event.currentTarget.value === '' ? null : event.currentTarget.value });
      }}
    >
      <option value="" selected={chosen === null}>
        {text.history.anyTemplate}
      </option>
      {templates.map((name) => (
        <option key={name} value={name} selected={chosen === name}>
          {name}
        </option>
      ))}
    </Select>
  );
}

interface DayProps {
  readonly label: string;
  readonly testid: string;
  readonly name: 'from' | 'until';
}

function Day({ label, testid, name }: DayProps): JSX.Element {
  const later = name === 'until' ? 1 : 0;
  return (
    <label class="day">
      <span class="note">{label}</span>
      <input
        class="input"
        type="date"
        data-testid={testid}
        value={dayOf(query.value[name], later)}
        onChange={(event) => {
          change({ [name]: dayStart(event.currentTarget.value, later) });
        }}
      />
    </label>
  );
}

/** The ISO day here of which a moment is the start, some days on; empty for none. */
export function dayOf(start: number | null, later: number): string {
  if (start === null) return '';
  const day = new Date(start);
  day.setDate(day.getDate() - later);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${String(day.getFullYear()).padStart(4, '0')}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
}

/** The first moment of an ISO day here, some days on; `null` for no day. */
export function dayStart(day: string, later: number): number | null {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/u.exec(day);
  if (parts === null) return null;
  return new Date(Number(parts[1]), Number(parts[2]) - 1, Number(parts[3]) + later).getTime();
}
