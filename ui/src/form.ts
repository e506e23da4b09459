/**
 * What the Start form holds besides values: the template, fields of one's own, who began, duration, prefill, and what was
 * refused. Values stand in their inputs only and pass through `startRequest` on their way to the engine; nothing here checks
 * them, the engine does.
 */

import { batch, computed, signal } from '@preact/signals';
import type { Began, FieldSpec, Kind, Language, Refused, StartRequest, Template } from './bindings.ts';
import { view } from './state.ts';

/** A session has one to three fields (the form has room for no more). */
export const MAX_FIELDS = 3;
export const PRESETS = [60, 120, 300, 900] as const;

/** A field of one's own; `key` tells its inputs apart while fields come and go. */
export interface OwnField extends FieldSpec {
  readonly key: number;
}

const chosenTemplate = signal<string | null>(null);
const chosenBegan = signal<Began | null>(null);
let lastKey = 0;

/** The template in use: the one chosen, or the first. */
export const template = computed<Template | null>(() => {
  const { templates } = view.value;
  return templates.find(({ id }) => id === chosenTemplate.value) ?? templates[0] ?? null;
});
export const fromScratch = computed(() => template.value?.fields.length === 0);
export const ownFields = signal<readonly OwnField[]>([newField()]);
/** Who began: as the template has it, until the agent says otherwise. */
export const began = computed<Began>(() => chosenBegan.value ?? template.value?.began ?? 'organization');
const ttlChosen = signal<{ readonly preset: number } | { readonly typed: string } | null>(null);
/** The duration, unless one's own counts: as chosen, or as preferred. */
export const ttlPreset = computed(() => {
  const chosen = ttlChosen.value;
  return chosen !== null && 'preset' in chosen ? chosen.preset : view.value.preferences.ttl_secs;
});
/** A duration of one's own, as typed, or the preferred one where no preset has it; empty: the preset counts. */
export const ttlCustom = computed(() => {
  const chosen = ttlChosen.value;
  if (chosen !== null) return 'typed' in chosen ? chosen.typed : '';
  const preferred = view.value.preferences.ttl_secs;
  return PRESETS.some((preset) => preset === preferred) ? '' : String(preferred);
});
export const prefill = signal(false);
/** The customer's language: of the message, and of a built-in template's words; `system`: the agent's own. Stays for the next. */
export const customerLanguage = signal<Language>('system');
export const refusal = signal<Refused | null>(null);
/** Grows when the form is emptied: inputs keyed with it start anew. */
export const generation = signal(0);

/** What is asked for, in order. */
export const fields = computed<readonly FieldSpec[]>(() => (fromScratch.value ? ownFields.value : (template.value?.fields ?? [])));

/** Kinds of field the organization allows. */
export const kinds = computed<readonly Kind[]>(() => view.value.identity?.kinds ?? ['text', 'phone', 'email', 'code', 'number', 'date']);

export const ttlBounds = computed(() => {
  const { identity } = view.value;
  return { min: identity?.ttl_min_secs ?? 30, max: identity?.ttl_max_secs ?? 900 };
});

/** Another template has its own word on who began. The one in use, chosen again, leaves what the agent said. */
export function chooseTemplate(id: string): void {
  batch(() => {
    if (id !== template.peek()?.id) chosenBegan.value = null;
    chosenTemplate.value = id;
    refusal.value = null;
  });
}

export function chooseBegan(who: Began): void {
  chosenBegan.value = who;
}

export function chooseTtl(preset: number): void {
  ttlChosen.value = { preset };
}

export function typeTtl(typed: string): void {
  ttlChosen.value = typed === '' ? { preset: view.peek().preferences.ttl_secs } : { typed };
}

export function addField(): void {
  ownFields.value = [...ownFields.value, newField()];
}

export function removeField(key: number): void {
  batch(() => {
    ownFields.value = ownFields.value.filter((field) => field.key !== key);
    refusal.value = null;
  });
}

export function changeField(key: number, change: Partial<FieldSpec>): void {
  ownFields.value = ownFields.value.map((field) => (field.key === key ? { ...field, ...change } : field));
}

function newField(): OwnField {
  lastKey += 1;
  return { key: lastKey, name: '', kind: 'text', hint: '' };
}

/** The request for what the form holds and these values, in the order of the fields. */
export function startRequest(values: readonly string[], subject: string): StartRequest {
  return {
    template: fromScratch.peek() ? null : (template.peek()?.id ?? null),
    fields: fields.peek().map(({ name, kind, hint }, index) => ({ field: { name, kind, hint }, value: values[index] ?? '' })),
    subject,
    began: began.peek(),
    ttl_secs: ttlCustom.peek() === '' ? ttlPreset.peek() : Math.round(Number(ttlCustom.peek())),
    prefill: prefill.peek(),
    language: customerLanguage.peek(),
  };
}

/** Empties what belongs to one session; template, own fields and duration stay for the next. */
export function clear(): void {
  batch(() => {
    generation.value += 1;
    chosenBegan.value = null;
    prefill.value = false;
    refusal.value = null;
  });
}
