/** The choice of language, in sight on every step: the languages by their own names. Nothing remembers it but the page. */

import type { ReadonlySignal } from '@preact/signals';
import { text } from '../text/index.ts';
import type { Language } from '../text/languages.ts';

export interface LanguageChoice {
  /** The languages there are, by their own names. */
  readonly names: Readonly<Record<Language, string>>;
  readonly language: ReadonlySignal<Language>;
  readonly choose: (language: Language) => Promise<void>;
}

export function LanguageSwitch({ choice }: { readonly choice: LanguageChoice }) {
  return (
    <div class="language">
      <select
        data-testid="language"
        aria-label={text.value.page.language}
        value={choice.language.value}
        onChange={(event) => {
          const select = event.currentTarget;
          const back = () => {
            select.value = choice.language.value;
          };
          void choice.choose(select.value as Language).then(back);
        }}
      >
        {Object.entries(choice.names).map(([tag, name]) => (
          <option key={tag} value={tag} lang={tag}>
            {name}
          </option>
        ))}
      </select>
    </div>
  );
}
