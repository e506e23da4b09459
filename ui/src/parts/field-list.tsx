/** The fields of a template being written: up to three, each with a name, a type and a hint. */

import type { JSX } from 'preact';
import type { FieldSpec, Kind } from '../bindings.ts';
import { kinds, MAX_FIELDS } from '../form.ts';
import { text } from '../text/index.ts';
import { Button } from './button.tsx';
import { Icon } from './icons.tsx';
import { Select } from './select.tsx';

interface Props {
  readonly fields: readonly FieldSpec[];
  readonly onChange: (fields: readonly FieldSpec[]) => void;
}

export function FieldList({ fields, onChange }: Props): JSX.Element {
  return (
    <>
      {fields.map((field, index) => (
        <Field
          key={index}
          field={field}
          index={index}
          change={(part) => {
            onChange(fields.map((each, at) => (at === index ? { ...each, ...part } : each)));
          }}
          remove={
            fields.length === 1
              ? null
              : () => {
                  onChange(fields.filter((_, at) => at !== index));
                }
          }
        />
      ))}
      {fields.length < MAX_FIELDS && (
        <Button
          tone="quiet"
          class="add-field"
          testid="template-add-field"
          onPress={() => {
            onChange([...fields, { name: '', kind: 'text', hint: '' }]);
          }}
        >
          <Icon shape="plus" /> {text.scratch.add}
        </Button>
      )}
    </>
  );
}

interface FieldProps {
  readonly field: FieldSpec;
  readonly index: number;
  readonly change: (part: Partial<FieldSpec>) => void;
  readonly remove: (() => void) | null;
}

function Field({ field, index, change, remove }: FieldProps): JSX.Element {
  return (
    <fieldset class="own-field">
      <legend class="label">{text.scratch.title(index + 1)}</legend>
      <div class="own-field-row">
        <input
          class="input"
          data-testid={`template-field-name-${index}`}
          aria-label={text.scratch.name}
          placeholder={text.scratch.nameExample}
          autocomplete="off"
          value={field.name}
          onInput={(event) => {
            change({ name: event.currentTarget.value });
          }}
        />
        <Select
          class="input"
          data-testid={`template-field-kind-${index}`}
          aria-label={text.scratch.kind}
          onChange={(event) => {
            const kind = kinds.peek().find((each) => each === event.currentTarget.value);
            if (kind !== undefined) change({ kind });
          }}
        >
          {offered(field.kind).map((kind) => (
            <option key={kind} value={kind} selected={field.kind === kind}>
              {text.scratch.kinds[kind]}
            </option>
          ))}
        </Select>
        {remove !== null && (
          <Button tone="quiet" class="square" testid={`template-field-remove-${index}`} label={text.scratch.remove(index + 1)} onPress={remove}>
            <Icon shape="cross" />
          </Button>
        )}
      </div>
      <input
        class="input"
        data-testid={`template-field-hint-${index}`}
        aria-label={text.scratch.hint}
        placeholder={text.scratch.hintExample}
        autocomplete="off"
        value={field.hint}
        onInput={(event) => {
          change({ hint: event.currentTarget.value });
        }}
      />
    </fieldset>
  );
}

/** The kinds to choose from; one that stands there already stays choosable. */
function offered(now: Kind): readonly Kind[] {
  return kinds.value.includes(now) ? kinds.value : [now, ...kinds.value];
}
