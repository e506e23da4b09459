/** Writes a template: its name, who usually begins, its fields. The engine says whether it can be kept. */

import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { announce } from '../announcer.ts';
import { commands } from '../bindings.ts';
import type { Refused, TemplateDraft } from '../bindings.ts';
import { ask } from '../engine.ts';
import { text } from '../text/index.ts';
import { Button } from './button.tsx';
import { FieldList } from './field-list.tsx';
import { Trouble } from './history-foot.tsx';
import { Segmented } from './segmented.tsx';

interface Props {
  readonly draft: TemplateDraft;
  readonly done: () => void;
}

export function TemplateEditor({ draft: first, done }: Props): JSX.Element {
  const draft = useSignal(first);
  const refused = useSignal<Refused | null>(null);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    form.current?.querySelector<HTMLElement>('#template-name')?.focus();
  }, []);
  const change = (part: Partial<TemplateDraft>) => {
    draft.value = { ...draft.peek(), ...part };
  };
  const save = async () => {
    const answer = await ask(commands.saveTemplate(draft.peek()));
    refused.value = answer.refused;
    if (answer.refused !== null) return;
    announce(text.templates.saved(draft.peek().name));
    done();
  };
  const { name, began, fields, id } = draft.value;
  return (
    <form
      ref={form}
      class="screen editor"
      noValidate
      data-testid="template-editor"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <div class="body">
        <h2>{id === null ? text.templates.editor.fresh : text.templates.editor.change}</h2>
        <Name name={name} change={change} />
        <Segmented
          legend={text.start.began}
          name="template-began"
          segments={[
            { value: 'organization', label: text.start.beganOrganization, testid: 'template-began-organization' },
            { value: 'recipient', label: text.start.beganRecipient, testid: 'template-began-recipient' },
          ]}
          chosen={began}
          onChoose={(who) => {
            change({ began: who });
          }}
        />
        <FieldList
          fields={fields}
          onChange={(next) => {
            change({ fields: [...next] });
          }}
        />
        <Trouble refused={refused.value} testid="error-template-editor" />
      </div>
      <EditorFoot done={done} />
    </form>
  );
}

function Name({ name, change }: { readonly name: string; readonly change: (part: Partial<TemplateDraft>) => void }): JSX.Element {
  return (
    <div class="group">
      <label class="label" for="template-name">
        {text.templates.name}
      </label>
      <input
        id="template-name"
        class="input"
        data-testid="template-name"
        autocomplete="off"
        placeholder={text.start.saveExample}
        value={name}
        onInput={(event) => {
          change({ name: event.currentTarget.value });
        }}
      />
    </div>
  );
}

function EditorFoot({ done }: { readonly done: () => void }): JSX.Element {
  return (
    <div class="foot">
      <div class="actions">
        <Button testid="template-discard" onPress={done}>
          {text.templates.discard}
        </Button>
        <Button type="submit" tone="primary" testid="template-save">
          {text.templates.save}
        </Button>
      </div>
    </div>
  );
}
