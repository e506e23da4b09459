/** Fields of one's own: up to three, each with a name, a type, a hint and the value to expect. */

import type { JSX } from 'preact';
import type { Kind } from '../bindings.ts';
import { addField, changeField, kinds, MAX_FIELDS, ownFields, removeField } from '../form.ts';
import type { OwnField } from '../form.ts';
import { text } from '../text/index.ts';
import { Button } from './button.tsx';
import { Icon } from './icons.tsx';
import { SaveTemplate } from './save-template.tsx';
import { Select } from './select.tsx';
import { ValueField } from './value-field.tsx';

const textKinds: readonly Kind[] = ['text', 'phone', 'email', 'code'];

export function OwnFields(): JSX.Element {
  const fields = ownFields.value;
  return (
    <>
      {fields.map((field, index) => (
        <OwnFieldEditor key={field.key} field={field} index={index} single={fields.length === 1} />
      ))}
      {fields.length < MAX_FIELDS && (
        <Button tone="quiet" class="add-field" testid="add-field" onPress={addField}>
          <Icon shape="plus" /> {text.scratch.add}
        </Button>
      )}
      <SaveTemplate />
    </>
  );
}

interface Props {
  readonly field: OwnField;
  readonly index: number;
  readonly single: boolean;
}

function OwnFieldEditor({ field, index, single }: Props): JSX.Element {
  return (
    <fieldset class="own-field">
      <legend class="label">{text.scratch.title(index + 1)}</legend>
      <div class="own-field-row">
        <input
          class="input"
          data-testid={`field-name-${index}`}
          aria-label={text.scratch.name}
          placeholder={text.scratch.nameExample}
          autocomplete="off"
          value={field.name}
          onInput={(event) => {
            changeField(field.key, { name: event.currentTarget.value });
          }}
        />
        <KindSelect field={field} index={index} />
        {!single && (
          <Button
            tone="quiet"
            class="square"
            testid={`field-remove-${index}`}
            label={text.scratch.remove(index + 1)}
            onPress={() => {
              removeField(field.key);
            }}
          >
            <Icon shape="cross" />
          </Button>
        )}
      </div>
      <input
        class="input"
        data-testid={`field-hint-${index}`}
        aria-label={text.scratch.hint}
        placeholder={text.scratch.hintExample}
        autocomplete="off"
        value={field.hint}
        onInput={(event) => {
          changeField(field.key, { hint: event.currentTarget.value });
        }}
      />
      <ValueField index={index} field={{ ...field, hint: '' }} label={text.scratch.value} />
    </fieldset>
  );
}

function KindSelect({ field, index }: Omit<Props, 'single'>): JSX.Element {
  const option = (kind: Kind) => (
    <option key={kind} value={kind} selected={field.kind === kind}>
      {text.scratch.kinds[kind]}
    </option>
  );
  const inText = kinds.value.filter((kind) => textKinds.includes(kind));
  return (
    <Select
      class="input"
      data-testid={`field-kind-${index}`}
      aria-label={text.scratch.kind}
      onChange={(event) => {
        const kind = kinds.peek().find((each) => each === event.currentTarget.value);
        if (kind !== undefined) changeField(field.key, { kind });
      }}
    >
      {inText.length > 0 && <optgroup label={text.scratch.textGroup}>{inText.map(option)}</optgroup>}
      {kinds.value.filter((kind) => !textKinds.includes(kind)).map(option)}
    </Select>
  );
}
