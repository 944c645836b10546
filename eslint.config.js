// Which way imports may go is the architecture; each block below is one arrow of the map in CONTRIBUTING.md.
import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import ts from 'typescript-eslint';

/** Forbids import paths that match, with the reason a reader needs. */
const forbid = (...rules) => ['error', { patterns: rules.map(([regex, message]) => ({ regex, message })) }];

const NO_NODE = ['^node:', 'src/core is pure: no node: imports.'];
const NO_SHELLS = ['(^|/)(server|site)/|^\\$site', 'src/core knows neither server nor site.'];
const NO_FORGE = ['^node-forge', 'Only core/pki and core/aes name node-forge.'];
const coreRooms = (...rooms) => [
  `(^|/)(${rooms.join('|')})/`,
  `This room of core does not import ${rooms.join(', ')}.`,
];

const OUTER = ['proof', 'world', 'course', 'scenarios', 'bridge', 'capture', 'desk'];
const core = (room, ...not) => ({
  files: [`src/core/${room}/**/*.ts`],
  ignores: ['**/*.test.ts'],
  rules: {
    'no-restricted-imports': forbid(
      NO_NODE,
      NO_SHELLS,
      ...(room === 'pki' || room === 'aes' ? [] : [NO_FORGE]),
      ...(not.length ? [coreRooms(...not)] : []),
    ),
  },
});

const SITE_ROOMS = ['course', 'workbench', 'anatomy', 'bench', 'labs', 'stage', 'failures', 'log', 'class'];
const siteRoom = (room) => ({
  files: [`src/site/${room}/**/*.{ts,svelte}`],
  rules: {
    'no-restricted-imports': forbid(
      ['^node:', 'The site runs in a browser.'],
      ['(^|/)server/', 'Site and server never meet.'],
      [
        `(\\$site|\\.\\.)/(${['app', ...SITE_ROOMS.filter((other) => other !== room)].join('|')})/`,
        'Rooms never import rooms: what two share moves to ui (no state) or state (no markup).',
      ],
    ),
  },
});

export default ts.config(
  { ignores: ['dist/', 'node_modules/', 'certs/', '.data/', 'test-results/'] },
  js.configs.recommended,
  ...ts.configs.recommended,
  ...svelte.configs.recommended,
  {
    languageOptions: {
      globals: Object.fromEntries(
        [
          'process',
          'console',
          'URL',
          'setTimeout',
          'clearTimeout',
          'Buffer',
          'performance',
          'fetch',
          'setInterval',
          'clearInterval',
          'location',
        ].map((name) => [name, 'readonly']),
      ),
    },
  },
  {
    files: ['**/*.ts', '**/*.svelte'],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname, extraFileExtensions: ['.svelte'] },
    },
    rules: {
      'no-undef': 'off', // TypeScript knows better
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-empty': ['error', { allowEmptyCatch: false }],
      eqeqeq: ['error', 'always'],
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser } },
    rules: {
      'prefer-const': 'off', // it flags $props() and $state
      'svelte/no-at-html-tags': 'error', // what a peer or a certificate says is text, never markup
      'svelte/no-navigation-without-resolve': 'off', // that rule is for SvelteKit
    },
  },
  {
    files: ['src/core/**/*.ts'],
    ignores: ['**/*.test.ts'],
    rules: {
      'no-restricted-imports': forbid(NO_NODE, NO_SHELLS, NO_FORGE),
      'no-restricted-globals': [
        'error',
        ...['window', 'document', 'process', 'Buffer', 'crypto', 'fetch', 'Date', 'setTimeout', 'setInterval'].map(
          (name) => ({ name, message: 'src/core is pure: time, chance and I/O are arguments.' }),
        ),
      ],
      'no-restricted-syntax': [
        'error',
        { selector: "MemberExpression[object.name='Math'][property.name='random']", message: 'Chance is an argument.' },
      ],
    },
  },
  core('bytes', 'asn1', 'primitives', 'tls', 'pki', 'aes', ...OUTER),
  core('asn1', 'primitives', 'tls', 'pki', 'aes', ...OUTER),
  core('primitives', 'tls', 'pki', 'aes', ...OUTER),
  core('tls', 'pki', 'aes', ...OUTER),
  core('pki', 'tls', 'aes', ...OUTER),
  core('aes', 'tls', 'pki', ...OUTER),
  core('desk', 'proof', 'world', 'course', 'scenarios', 'bridge', 'capture'),
  core('bridge', 'proof', 'world', 'course', 'scenarios', 'capture', 'desk'),
  core('capture', 'proof', 'world', 'course', 'scenarios', 'bridge', 'desk'),
  core('course', 'proof', 'world'),
  core('world', 'proof'),
  {
    files: ['src/site/**/*.{ts,svelte}'],
    rules: {
      'no-restricted-imports': forbid(
        ['^node:', 'The site runs in a browser.'],
        ['(^|/)server/', 'Site and server never meet.'],
      ),
    },
  },
  ...SITE_ROOMS.map(siteRoom),
  {
    files: ['src/site/{ui,state}/**/*.{ts,svelte}'],
    rules: {
      'no-restricted-imports': forbid(
        ['^node:', 'The site runs in a browser.'],
        ['(^|/)server/', 'Site and server never meet.'],
        [`(\\$site|\\.\\.)/(${['app', ...SITE_ROOMS].join('|')})/`, 'ui and state carry the rooms, not the other way.'],
      ),
    },
  },
  {
    files: ['server/**/*.ts'],
    rules: { 'no-restricted-imports': forbid(['src/site|^\\$site', 'Site and server never meet.']) },
  },
  ...['relay', 'tap', 'desk'].map((room) => ({
    files: [`server/${room}/**/*.ts`],
    ignores: ['**/*.test.ts'],
    rules: {
      'no-restricted-imports': forbid(
        ['src/site|^\\$site', 'Site and server never meet.'],
        [
          `\\.\\./(session|bridge|http|cli|${['relay', 'tap', 'desk'].filter((other) => other !== room).join('|')})/`,
          'relay, tap and desk do not know each other; session wires them.',
        ],
      ),
    },
  })),
);
