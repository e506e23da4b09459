/**
 * Chooses a template by typing a part of its name or of its fields' names: a combobox with a list, after the ARIA pattern.
 * Chooses nothing by itself; leaving it leaves things as they were.
 */

import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { commands } from '../bindings.ts';
import type { Template } from '../bindings.ts';
import { ask } from '../engine.ts';
import { chooseTemplate, template } from '../form.ts';
import { view } from '../state.ts';
import { text } from '../text/index.ts';
import { Button } from './button.tsx';
import { Icon } from './icons.tsx';

/** The templates whose name or fields contain every word typed, favourites first. */
export function filterTemplates(templates: readonly Template[], query: string): readonly Template[] {
  const words = query.toLocaleLowerCase().split(/\s+/u).filter((word) => word !== '');
  const found = templates.filter(({ name, fields }) => {
    const searched = [name, ...fields.map((field) => field.name)].join(' ').toLocaleLowerCase();
    return words.every((word) => searched.includes(word));
  });
  return [...found.filter(({ favourite }) => favourite), ...found.filter(({ favourite }) => !favourite)];
}

/** What an option says under its name. */
function about({ fields }: Template): string {
  return fields.length === 0 ? text.start.scratchFields : text.start.templateFields(fields.map(({ name }) => name));
}

export function TemplatePicker(): JSX.Element {
  const picker = usePicker();
  const { open, query, active, matches } = picker;
  return (
    <div class="group picker">
      <label class="label" for="template">
        {text.start.template}
      </label>
      <div class="picker-row">
      <div class="input-frame">
        <input
          id="template"
          class="input"
          data-testid="template"
          role="combobox"
          autocomplete="off"
          spellcheck={false}
          aria-autocomplete="list"
          aria-expanded={open.value}
          aria-controls={open.value ? 'template-list' : undefined}
          aria-activedescendant={open.value && matches.length > 0 ? `template-option-${active.value}` : undefined}
          placeholder={open.value ? text.start.templateFilter : ''}
          value={open.value ? query.value : (template.value?.name ?? '')}
          onInput={(event) => {
            picker.type(event.currentTarget.value);
          }}
          onFocus={(event) => {
            event.currentTarget.select();
          }}
          onClick={() => {
            if (!open.value) picker.show('');
          }}
          onKeyDown={picker.key}
          onBlur={picker.close}
        />
        <Icon shape="chevron" />
      </div>
        <Star />
      </div>
      {open.value && <Options {...picker} />}
    </div>
  );
}

type Picker = ReturnType<typeof usePicker>;

/** Makes the template in use a favourite, or not. */
function Star(): JSX.Element | null {
  const current = template.value;
  if (current === null) return null;
  return (
    <Button
      class={current.favourite ? 'square star on' : 'square star'}
      testid="favourite"
      label={text.start.favour(current.name)}
      pressed={current.favourite}
      onPress={() => void ask(commands.favourTemplate(current.id, !current.favourite))}
    >
      <Icon shape="star" />
    </Button>
  );
}

function Options(picker: Picker): JSX.Element {
  const { matches } = picker;
  const favourites = matches.filter(({ favourite }) => favourite);
  const others = matches.filter(({ favourite }) => !favourite);
  if (matches.length === 0) {
    return (
      <div id="template-list" class="options" role="status">
        <p class="option none">{text.start.templateNone}</p>
      </div>
    );
  }
  return (
    <div id="template-list" class="options" role="listbox" aria-label={text.start.templateList}>
      {favourites.length > 0 && <Group {...picker} name={text.start.favourites} of={favourites} />}
      {others.length > 0 && <Group {...picker} name={favourites.length > 0 ? text.start.others : text.start.templateList} of={others} />}
    </div>
  );
}

interface GroupProps extends Picker {
  readonly name: string;
  readonly of: readonly Template[];
}

function Group({ active, matches, choose, name, of }: GroupProps): JSX.Element {
  return (
    <div role="group" aria-label={name}>
      <p class="group-name" aria-hidden="true">
        {name}
      </p>
      {of.map((match) => (
        <div
          key={match.id}
          id={`template-option-${matches.indexOf(match)}`}
          class="option"
          role="option"
          data-testid={`template-option-${match.id}`}
          aria-selected={matches[active.value] === match}
          onMouseDown={(event) => {
            event.preventDefault(); // keeps the cursor in the input
          }}
          onMouseMove={() => {
            active.value = matches.indexOf(match);
          }}
          onClick={() => {
            choose(match);
          }}
        >
          <span>{match.name}</span>
          <small>{about(match)}</small>
        </div>
      ))}
    </div>
  );
}

function usePicker() {
  const open = useSignal(false);
  const query = useSignal('');
  const active = useSignal(0);
  const matches = filterTemplates(view.value.templates, query.value);
  const show = (typed: string) => {
    open.value = true;
    query.value = typed;
    const current = typed === '' ? matches.findIndex(({ id }) => id === template.peek()?.id) : 0;
    active.value = Math.max(0, current);
  };
  /** The first key typed may land behind the name that stands there. */
  const type = (typed: string) => {
    const name = template.peek()?.name ?? '';
    show(!open.peek() && typed.startsWith(name) ? typed.slice(name.length) : typed);
  };
  const close = () => {
    open.value = false;
    query.value = '';
  };
  const choose = (match: Template) => {
    chooseTemplate(match.id);
    close();
  };
  const move = (step: number) => {
    if (open.value) active.value = (active.value + step + matches.length) % Math.max(1, matches.length);
    else show('');
  };
  const key = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const match = matches[active.value];
    if (event.key === 'ArrowDown') move(1);
    else if (event.key === 'ArrowUp') move(-1);
    else if (event.key === 'Enter' && !open.value) show('');
    else if (event.key === 'Enter' && match !== undefined) choose(match);
    else if (event.key === 'Escape' && open.value) close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return { open, query, active, matches, show, type, close, choose, key };
}
