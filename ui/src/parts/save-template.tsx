/** Keeps the fields of one's own, without their values, as a template: first a button, then the name it is to have. */

import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { commands } from '../bindings.ts';
import type { Refused } from '../bindings.ts';
import { ask } from '../engine.ts';
import { began, ownFields } from '../form.ts';
import { text } from '../text/index.ts';
import { refusalText } from '../text/refusal.ts';
import { Button } from './button.tsx';
import { Icon } from './icons.tsx';
import { Notice } from './notice.tsx';

export function SaveTemplate(): JSX.Element {
  const naming = useSignal(false);
  const saved = useSignal<string | null>(null);
  const done = (name: string | null) => {
    naming.value = false;
    saved.value = name;
  };
  return (
    <div class="save-template">
      {naming.value ? (
        <Naming done={done} />
      ) : (
        <Button
          tone="quiet"
          class="add-field"
          testid="save-template"
          onPress={() => {
            naming.value = true;
            saved.value = null;
          }}
        >
          <Icon shape="star" /> {text.start.save}
        </Button>
      )}
      <p class="note" role="status" data-testid="template-saved">
        {saved.value !== null && text.start.saved(saved.value)}
      </p>
    </div>
  );
}

function Naming({ done }: { readonly done: (name: string | null) => void }): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  const refused = useSignal<Refused | null>(null);
  useEffect(() => {
    input.current?.focus();
  }, []);
  const save = async () => {
    const name = input.current?.value.trim() ?? '';
    const fields = ownFields.peek().map(({ name: label, kind, hint }) => ({ name: label, kind, hint }));
    const answer = await ask(commands.saveTemplate({ id: null, name, fields, began: began.peek() }));
    refused.value = answer.refused;
    if (answer.refused === null) done(name);
  };
  return (
    <>
      <div class="input-row">
        <input
          ref={input}
          class="input"
          data-testid="save-template-name"
          aria-label={text.start.saveName}
          aria-invalid={refused.value !== null}
          placeholder={text.start.saveExample}
          autocomplete="off"
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || event.ctrlKey || event.metaKey) return;
            event.preventDefault();
            event.stopPropagation();
            void save();
          }}
        />
        <Button testid="save-template-confirm" onPress={() => void save()}>
          {text.start.saveAction}
        </Button>
        <Button
          tone="quiet"
          testid="save-template-keep"
          onPress={() => {
            done(null);
          }}
        >
          {text.start.saveKeep}
        </Button>
      </div>
      {refused.value !== null && (
        <Notice tone="bad" role="alert" testid="error-template">
          {refusalText(refused.value)}
        </Notice>
      )}
    </>
  );
}
