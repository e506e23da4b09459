/** The subject, with the engine's warning below it when it looks as if it named somebody. */

import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { commands } from '../bindings.ts';
import type { SubjectWarning } from '../bindings.ts';
import { ask } from '../engine.ts';
import { text } from '../text/index.ts';
import { Icon } from './icons.tsx';

const CHECK_AFTER_MS = 250;

export function SubjectField(): JSX.Element {
  const { warning, check } = useCheck();
  return (
    <div class="group">
      <label class="label" for="subject">
        {text.start.subject} <small>{text.start.subjectNote}</small>
      </label>
      <input
        id="subject"
        name="subject"
        class="input"
        data-testid="subject"
        autocomplete="off"
        placeholder={text.start.subjectExample}
        aria-describedby="subject-below"
        onInput={(event) => {
          check(event.currentTarget.value);
        }}
      />
      <div id="subject-below" class={warning === null ? 'below none' : 'below'} aria-live="polite">
        {warning !== null && (
          <p class="doubtful" data-testid="subject-warning" data-looks={warning}>
            <Icon shape="alert" />
            <span>{text.start.subjectWarnings[warning]}</span>
          </p>
        )}
      </div>
    </div>
  );
}

function useCheck() {
  const warning = useSignal<SubjectWarning | null>(null);
  const asked = useRef(0);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const answer = async (subject: string, question: number) => {
    const { value } = await ask(commands.checkSubject(subject));
    if (question === asked.current) warning.value = value;
  };
  const check = (subject: string) => {
    asked.current += 1;
    const question = asked.current;
    clearTimeout(timer.current);
    if (subject.trim() === '') warning.value = null;
    else timer.current = setTimeout(() => void answer(subject, question), CHECK_AFTER_MS);
  };
  useEffect(
    () => () => {
      asked.current += 1;
      clearTimeout(timer.current);
    },
    [],
  );
  return { warning: warning.value, check };
}
