// One style for everything in this folder. The rules of our own: nothing writes HTML from a string, nothing is logged, and
// nothing is kept in the browser's storage.

import js from '@eslint/js';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

const html = ['innerHTML', 'outerHTML', 'insertAdjacentHTML', 'dangerouslySetInnerHTML', 'srcdoc'];

export default defineConfig(
  { ignores: ['dist', 'src/bindings.ts'] },
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  { languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } } },
  {
    rules: {
      'max-lines': ['error', 400],
      'max-lines-per-function': ['error', 60],
      'no-console': 'error',
      'no-eval': 'error',
      'no-new-func': 'error',
      'no-restricted-globals': ['error', 'localStorage', 'sessionStorage', 'indexedDB', 'fetch'],
      'no-restricted-syntax': [
        'error',
        ...html.map((name) => ({
          selector: `MemberExpression[property.name="${name}"], JSXAttribute[name.name="${name}"]`,
          message: 'HTML is never made from a string.',
        })),
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
    },
  },
  { files: ['**/*.test.ts', '**/*.test.tsx'], rules: { 'max-lines-per-function': 'off' } },
  { files: ['src/text/??.ts'], rules: { 'max-lines': 'off' } }, // a language is one list
);
