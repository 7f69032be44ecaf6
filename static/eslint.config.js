import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import { defineConfig } from 'eslint/config';
import globals from 'globals';
import ts from 'typescript-eslint';

export default defineConfig(
  { ignores: ['dist/', 'node_modules/'] },
  js.configs.recommended,
  ...ts.configs.strict,
  ...svelte.configs.recommended,
  {
    languageOptions: { globals: globals.browser },
    rules: {
      'no-console': 'error',
      'no-undef': 'off', // TypeScript knows better which names exist.
      eqeqeq: 'error',
      'max-lines-per-function': ['error', { max: 40, skipComments: true }],
      'prefer-const': 'off', // Svelte's own rule below knows $props and $bindable.
      'svelte/prefer-const': 'error',
      // Maps and sets that are made once and replaced whole need no proxy around each entry.
      'svelte/prefer-svelte-reactivity': 'off',
      '@typescript-eslint/consistent-type-imports': 'error',
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser } },
  },
  {
    // A `describe` is a chapter, not a function.
    files: ['**/*.test.ts'],
    rules: { 'max-lines-per-function': 'off' },
  },
);
