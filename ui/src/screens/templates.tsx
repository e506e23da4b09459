/**
 * The templates to start from, in the order of the picker: to favour, order, write, copy, delete, and to carry to another
 * computer. Which of them can be changed, and where they then stand, is the engine's to say.
 */

import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { announce } from '../announcer.ts';
import { commands } from '../bindings.ts';
import type { Exported, Imported, Refused, Template, TemplateDraft } from '../bindings.ts';
import { ask } from '../engine.ts';
import { Button } from '../parts/button.tsx';
import { Trouble, Written } from '../parts/history-foot.tsx';
import { Icon } from '../parts/icons.tsx';
import { Notice } from '../parts/notice.tsx';
import { TemplateEditor } from '../parts/template-editor.tsx';
import { navigate, view } from '../state.ts';
import { text } from '../text/index.ts';

export function TemplatesScreen(): JSX.Element {
  const draft = useSignal<TemplateDraft | null>(null);
  return (
    <div id="panel-templates" class="screen-frame" role="tabpanel" aria-labelledby="tab-templates">
      {draft.value === null ? (
        <List
          edit={(next) => {
            draft.value = next;
          }}
        />
      ) : (
        <TemplateEditor
          draft={draft.value}
          done={() => {
            draft.value = null;
          }}
        />
      )}
    </div>
  );
}

type Edit = (draft: TemplateDraft) => void;

function List({ edit }: { readonly edit: Edit }): JSX.Element {
  const refused = useSignal<Refused | null>(null);
  const run = async <T,>(command: Promise<T>): Promise<T | null> => {
    const answer = await ask(command);
    refused.value = answer.refused;
    return answer.value;
  };
  const listed = view.value.templates.filter(({ fields }) => fields.length > 0); // "from scratch" is no template to keep
  return (
    <div class="screen templates">
      <div class="body">
        <p class="note">
          {text.templates.intro} {text.templates.moveKeys}
        </p>
        <Trouble refused={refused.value} testid="error-templates" />
        {listed.length === 0 && <p>{text.templates.none}</p>}
        <ol class="template-list" aria-label={text.templates.list}>
          {listed.map((each) => (
            <Item key={each.id} item={each} listed={listed} edit={edit} run={run} />
          ))}
        </ol>
      </div>
      <Foot edit={edit} run={run} />
    </div>
  );
}

type Run = <T>(command: Promise<T>) => Promise<T | null>;

interface ItemProps {
  readonly item: Template;
  readonly listed: readonly Template[];
  readonly edit: Edit;
  readonly run: Run;
}

function Item({ item, listed, edit, run }: ItemProps): JSX.Element {
  const asking = useSignal(false);
  const { id, name, favourite, source } = item;
  const at = listed.indexOf(item);
  const movable = (step: number) => listed[at + step]?.favourite === favourite;
  const move = async (step: 1 | -1) => {
    if (!movable(step)) return;
    const before = step === -1 ? listed[at - 1]?.id : listed[at + 2]?.id;
    await run(commands.moveTemplate(id, before ?? null));
    announce(text.templates.moved(name, at + step + 1));
  };
  return (
    <li
      class="template-item"
      data-testid={`template-${id}`}
      data-source={source}
      onKeyDown={(event) => {
        if (!event.altKey || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return;
        event.preventDefault();
        void move(event.key === 'ArrowUp' ? -1 : 1);
      }}
    >
      <Button
        tone="quiet"
        class={favourite ? 'square star on' : 'square star'}
        testid={`template-favourite-${id}`}
        label={text.start.favour(name)}
        pressed={favourite}
        onPress={() => void run(commands.favourTemplate(id, !favourite))}
      >
        <Icon shape="star" />
      </Button>
      <div class="template-text">
        <b>{name}</b>
        <p class="note">
          {item.fields.map((field) => field.name).join(', ')} · {text.templates.sources[source]}
        </p>
      </div>
      <div class="template-move">
        <Button tone="quiet" class="square" testid={`template-up-${id}`} label={text.templates.up(name)} locked={!movable(-1)} onPress={() => void move(-1)}>
          <Icon shape="up" />
        </Button>
        <Button tone="quiet" class="square" testid={`template-down-${id}`} label={text.templates.down(name)} locked={!movable(1)} onPress={() => void move(1)}>
          <Icon shape="chevron" />
        </Button>
      </div>
      {asking.value ? <Delete item={item} run={run} asking={asking} /> : <Choices item={item} edit={edit} asking={asking} />}
    </li>
  );
}

interface Asking {
  value: boolean;
}

function Choices({ item, edit, asking }: { readonly item: Template; readonly edit: Edit; readonly asking: Asking }): JSX.Element {
  const { id, name, fields, began, source } = item;
  return (
    <div class="template-actions" role="group" aria-label={text.templates.more(name)}>
      <Button
        tone="quiet"
        class="inline"
        testid={`template-use-${id}`}
        onPress={() => {
          navigate('start', id);
        }}
      >
        {text.templates.use}
      </Button>
      {source === 'own' && (
        <Button
          tone="quiet"
          class="inline"
          testid={`template-edit-${id}`}
          onPress={() => {
            edit({ id, name, fields, began });
          }}
        >
          {text.templates.edit}
        </Button>
      )}
      <Button
        tone="quiet"
        class="inline"
        testid={`template-duplicate-${id}`}
        onPress={() => {
          edit({ id: null, name: text.templates.copyOf(name), fields, began });
        }}
      >
        {text.templates.duplicate}
      </Button>
      {source === 'own' && (
        <Button
          tone="quiet"
          class="inline"
          testid={`template-delete-${id}`}
          onPress={() => {
            asking.value = true;
          }}
        >
          {text.templates.remove}
        </Button>
      )}
    </div>
  );
}

function Delete({ item, run, asking }: { readonly item: Template; readonly run: Run; readonly asking: Asking }): JSX.Element {
  const question = useRef<HTMLDivElement>(null);
  useEffect(() => {
    question.current?.querySelector<HTMLElement>('[data-testid="template-delete-confirm"]')?.focus();
    question.current?.scrollIntoView({ block: 'nearest' });
  }, []);
  const remove = async () => {
    asking.value = false;
    if ((await run(commands.deleteTemplate(item.id).then(() => true))) === true) announce(text.templates.removed(item.name));
  };
  return (
    <div ref={question} class="ask template-actions" role="group" aria-label={text.templates.removeAsk(item.name)}>
      <p>{text.templates.removeAsk(item.name)}</p>
      <div class="actions">
        <Button
          testid="template-delete-keep"
          onPress={() => {
            asking.value = false;
          }}
        >
          {text.templates.removeNo}
        </Button>
        <Button tone="danger" testid="template-delete-confirm" onPress={() => void remove()}>
          {text.templates.removeYes}
        </Button>
      </div>
    </div>
  );
}

function Foot({ edit, run }: { readonly edit: Edit; readonly run: Run }): JSX.Element {
  const written = useSignal<Exported | null>(null);
  const taken = useSignal<Imported | null>(null);
  const take = async (input: HTMLInputElement) => {
    const file = input.files?.[0];
    if (file === undefined) return;
    const held = await file.text();
    input.value = ''; // the same file can be chosen again
    written.value = null;
    taken.value = await run(commands.importTemplates(held));
  };
  const write = async () => {
    taken.value = null;
    written.value = await run(commands.exportTemplates());
  };
  return (
    <div class="foot">
      <div role="status">
        {written.value !== null && <Written {...written.value} says={text.templates.exported} />}
        {taken.value !== null && (
          <Notice tone="good" testid="imported">
            {text.templates.imported(taken.value.added, taken.value.known)}
          </Notice>
        )}
      </div>
      <div class="actions">
        <Button
          tone="primary"
          testid="template-new"
          onPress={() => {
            edit({ id: null, name: '', fields: [{ name: '', kind: 'text', hint: '' }], began: 'organization' });
          }}
        >
          <Icon shape="plus" /> {text.templates.create}
        </Button>
        <Button testid="templates-export" onPress={() => void write()}>
          {text.templates.exportAll}
        </Button>
        <label class="button file">
          <input type="file" class="file-input" accept=".json,application/json" data-testid="templates-import" onChange={(event) => void take(event.currentTarget)} />
          {text.templates.importFile}
        </label>
      </div>
    </div>
  );
}
