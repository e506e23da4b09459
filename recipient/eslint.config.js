// One style for everything in this folder. The rules of our own: nothing writes HTML from a string, and the protocol module
// knows no browser, no network, no clock and no randomness but what it is handed (docs/protocol.md).

import js from '@eslint/js';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

const html = ['innerHTML', 'outerHTML', 'insertAdjacentHTML', 'dangerouslySetInnerHTML', 'srcdoc'];
const outside = ['window', 'document', 'location', 'fetch', 'crypto', 'performance', 'setTimeout', 'Date'];

export default defineConfig(
  { ignores: ['dist', 'dist-peer'] },
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  { languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } } },
  {
    rules: {
      'max-lines': ['error', 400],
      'max-lines-per-function': ['error', 60],
      'no-eval': 'error',
      'no-new-func': 'error',
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
  {
    files: ['src/protocol/**'],
    ignores: ['**/*.test.ts', '**/testing/**', '**/peer*.ts'],
    rules: {
      'no-restricted-globals': ['error', ...outside],
      'no-restricted-properties': ['error', { object: 'Math', property: 'random' }],
      'no-restricted-imports': ['error', { patterns: ['../*', 'node:*', 'preact*'] }],
    },
  },
  {
    // A module that only exists in the build can name the types of its parts in no other way.
    files: ['src/virtual.d.ts'],
    rules: { '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }] },
  },
  { files: ['**/*.test.ts'], rules: { 'max-lines-per-function': 'off' } },
  {
    // Scripts that drive a browser: plain JavaScript, for Node as it is.
    files: ['bench/*.mjs'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: {
      parserOptions: { projectService: false },
      globals: Object.fromEntries(
        ['process', 'console', 'performance', 'setTimeout', 'URL', 'Buffer'].map((name) => [name, 'readonly']),
      ),
    },
  },
  {
    // The language of 2009, so that every browser can read it.
    files: ['src/check.js'],
    languageOptions: {
      ecmaVersion: 5,
      sourceType: 'script',
      globals: { document: 'readonly', navigator: 'readonly', window: 'readonly', crypto: 'readonly', Element: 'readonly', Intl: 'readonly' },
    },
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { caughtErrors: 'none' }],
      '@typescript-eslint/prefer-optional-chain': 'off',
      // What the types say is always there, an old browser may lack.
      '@typescript-eslint/no-unnecessary-condition': 'off',
    },
  },
);
