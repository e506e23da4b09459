/** The choice of language, in sight on every step: the languages by their own names. Nothing remembers it but the page. */

import type { ReadonlySignal } from '@preact/signals';
import { text } from '../text/index.ts';
import { isLanguage, type Language, LANGUAGES } from '../text/languages.ts';

export interface LanguageChoice {
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
          if (isLanguage(select.value)) void choice.choose(select.value).then(back);
        }}
      >
        {Object.entries(LANGUAGES).map(([tag, name]) => (
          <option key={tag} value={tag} lang={tag}>
            {name}
          </option>
        ))}
      </select>
    </div>
  );
}
