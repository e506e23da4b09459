/** The customer's language: what built-in templates ask in, and what the message is written in. The engine has the words. */

import type { JSX } from 'preact';
import { customerLanguage } from '../form.ts';
import { catalogues, text } from '../text/index.ts';
import type { Spoken } from '../text/index.ts';
import { Select } from './select.tsx';

const languages = Object.keys(catalogues) as Spoken[];

export function CustomerLanguage(): JSX.Element {
  return (
    <div class="group in-line">
      <label class="label" for="customer-language">
        {text.start.language}
      </label>
      <Select
        id="customer-language"
        class="input"
        data-testid="customer-language"
        onChange={(event) => {
          customerLanguage.value = languages.find((each) => each === event.currentTarget.value) ?? 'system';
        }}
      >
        <option value="system" selected={customerLanguage.value === 'system'}>
          {text.start.languageMine}
        </option>
        {languages.map((code) => (
          <option key={code} value={code} lang={code} selected={code === customerLanguage.value}>
            {catalogues[code].name}
          </option>
        ))}
      </Select>
    </div>
  );
}
