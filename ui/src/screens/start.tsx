/**
 * Where a session begins. The form sends what it holds and shows what was refused beside the field it is about; nothing typed
 * is lost until a session has started, and then no value stays.
 */

import { useSignal } from '@preact/signals';
import type { JSX, RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { commands } from '../bindings.ts';
import type { Refused } from '../bindings.ts';
import { ask } from '../engine.ts';
import { began, chooseBegan, chooseTemplate, clear, fields, fromScratch, generation, prefill, refusal, startRequest, template } from '../form.ts';
import { takesText } from '../hotkeys.ts';
import { Button } from '../parts/button.tsx';
import { Duration } from '../parts/duration.tsx';
import { Notice } from '../parts/notice.tsx';
import { OwnFields } from '../parts/own-fields.tsx';
import { Segmented } from '../parts/segmented.tsx';
import { Switch } from '../parts/switch.tsx';
import { TemplatePicker } from '../parts/template-picker.tsx';
import { ValueField } from '../parts/value-field.tsx';
import { CustomerLanguage } from '../parts/customer-language.tsx';
import { SubjectField } from '../parts/subject.tsx';
import { fillNote, focusValue, navigate, openCard, screen, view, wantedFill, wantedTemplate } from '../state.ts';
import { text } from '../text/index.ts';
import { refusalText } from '../text/refusal.ts';

export function StartScreen(): JSX.Element {
  const form = useRef<HTMLFormElement>(null);
  const { busy, start } = useStart(form);
  useRequests(form);
  useStartKey(start);
  return (
    <form
      ref={form}
      class="screen"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        start();
      }}
      onKeyDown={(event) => {
        enter(event, form.current, start);
      }}
    >
      <div class="body" key={generation.value}>
        <TemplatePicker />
        <Began />
        <Values />
        <SubjectField />
        <CustomerLanguage />
        <Duration />
        <Switch
          id="prefill"
          testid="prefill"
          label={text.start.prefill}
          note={text.start.prefillWarning}
          on={prefill.value}
          onChange={(on) => {
            prefill.value = on;
          }}
        />
      </div>
      <div class="foot">
        <Trouble />
        <Button type="submit" tone="primary" class="main" testid="start" keys={COMMAND_ENTER} disabled={busy.value}>
          {busy.value ? text.start.submitting : text.start.submit}
        </Button>
      </div>
    </form>
  );
}

const COMMAND_ENTER = navigator.userAgent.includes('Mac') ? '⌘ ↵' : 'Ctrl ↵';

function Began(): JSX.Element {
  return (
    <Segmented
      legend={text.start.began}
      name="began"
      segments={[
        { value: 'organization', label: text.start.beganOrganization, testid: 'began-organization' },
        { value: 'recipient', label: text.start.beganRecipient, testid: 'began-recipient' },
      ]}
      chosen={began.value}
      onChoose={chooseBegan}
    />
  );
}

function Values(): JSX.Element {
  if (fromScratch.value) return <OwnFields />;
  const id = template.value?.id ?? '';
  return (
    <>
      {fields.value.map((field, index) => (
        <ValueField key={`${id} ${index}`} index={index} field={field} label={field.name} />
      ))}
    </>
  );
}

/** What stands in the way of starting: a refusal that is about no field, or the connection. */
function Trouble(): JSX.Element | null {
  const refused = refusal.value;
  const { connection } = view.value;
  if (connection === 'unauthorized') {
    return (
      <Notice tone="warn">
        {text.start.unauthorized}{' '}
        <Button
          tone="quiet"
          class="inline"
          onPress={() => {
            navigate('settings');
          }}
        >
          {text.start.unauthorizedAction}
        </Button>
      </Notice>
    );
  }
  if (refused !== null && refused.field === null) {
    return (
      <Notice tone="bad" role="alert" testid="error-form">
        {refusalText(refused)}
      </Notice>
    );
  }
  return connection === 'offline' ? <Notice tone="warn">{text.start.offline}</Notice> : null;
}

/** Starts a session with what the form holds; one at a time. */
function useStart(form: RefObject<HTMLFormElement | null>) {
  const busy = useSignal(false);
  const send = async (element: HTMLFormElement) => {
    const values = fields.peek().map((_, index) => input(element, `value-${index}`)?.value ?? '');
    const { value: id, refused } = await ask(commands.start(startRequest(values, input(element, 'subject')?.value ?? '')));
    busy.value = false;
    refusal.value = refused;
    if (refused !== null) focusRefused(element, refused);
    else {
      clear();
      fillNote.value = null;
      if (document.activeElement instanceof HTMLElement) document.activeElement.blur(); // the card takes it
      openCard(id);
    }
  };
  const start = () => {
    if (busy.peek() || form.current === null) return;
    busy.value = true;
    refusal.value = null;
    void send(form.current);
  };
  return { busy, start };
}

function focusRefused(form: HTMLFormElement, { field }: Refused): void {
  if (field !== null) focusOn(form, field);
}

/** Does what is asked from outside the form: take a template, put the cursor into the first value. */
function useRequests(form: RefObject<HTMLFormElement | null>): void {
  const wanted = wantedTemplate.value;
  const asked = focusValue.value;
  useEffect(() => {
    if (wanted === null) return;
    chooseTemplate(wanted);
    wantedTemplate.value = null;
  }, [wanted]);
  useFill(form);
  useEffect(() => {
    // a template asked for at the same time must have brought its inputs first
    const frame = requestAnimationFrame(() => {
      const taken = asked.gently && document.activeElement !== document.body;
      if (form.current !== null && !taken) focusOn(form.current, 0);
    });
    return () => {
      cancelAnimationFrame(frame);
    };
  }, [asked]);
}

/** Puts a link's words into the form, as if they had been typed; a person reads them and starts. */
function useFill(form: RefObject<HTMLFormElement | null>): void {
  const fill = wantedFill.value;
  useEffect(() => {
    if (fill === null) return;
    if (fill.template !== null) chooseTemplate(fill.template);
    if (fill.began !== null) chooseBegan(fill.began);
    const frame = requestAnimationFrame(() => {
      if (form.current === null) return;
      wantedFill.value = null;
      write(form.current.querySelector('#subject'), fill.subject);
      write(form.current.querySelector('#value-0'), fill.value);
      if (fill.value === null) focusOn(form.current, 0);
      else form.current.querySelector<HTMLElement>('[data-testid="start"]')?.focus();
    });
    return () => {
      cancelAnimationFrame(frame);
    };
  }, [fill]);
}

function write(target: HTMLInputElement | null, typed: string | null): void {
  if (target === null || typed === null) return;
  target.value = typed;
  target.dispatchEvent(new Event('input', { bubbles: true }));
}

/** Ctrl+Enter starts from wherever the cursor is on this screen. */
function useStartKey(start: () => void): void {
  useEffect(() => {
    const listener = (event: KeyboardEvent) => {
      if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || screen.peek() !== 'start') return;
      event.preventDefault();
      start();
    };
    window.addEventListener('keydown', listener);
    return () => {
      window.removeEventListener('keydown', listener);
    };
  });
}

/** Enter in the last value or below it starts; in an earlier input it goes on to the next. */
function enter(event: KeyboardEvent, form: HTMLFormElement | null, start: () => void): void {
  const { target } = event;
  if (event.key !== 'Enter' || event.ctrlKey || event.metaKey || form === null || !(target instanceof HTMLInputElement)) return;
  event.preventDefault();
  if (!takesText(target)) return;
  const inputs = [...form.querySelectorAll<HTMLElement>('.input')];
  const at = inputs.indexOf(target);
  const next = inputs[at + 1];
  if (at < 0 || next === undefined || next.id === 'subject') start();
  else next.focus();
}

function focusOn(form: HTMLFormElement, field: number): void {
  form.querySelector<HTMLElement>(`#value-${field}`)?.focus();
}

function input(form: HTMLFormElement, name: string): HTMLInputElement | null {
  return form.querySelector<HTMLInputElement>(`input[name="${name}"]`);
}
