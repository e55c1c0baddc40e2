'use strict';

/** Tests, and what only tests use. */
const testSupport = '(\\.test|/test-[a-z-]+)\\.ts$';
const nouns = [
  'files',
  'transport',
  'identity',
  'policy',
  'approval',
  'limits',
  'keystore',
  'crypto',
  'audit',
  'backup',
  'lifecycle',
  'witness',
  'root-key',
  'metrics',
  'operator-log',
  'traces',
  'pkcs11-objects',
];

/** Each noun of the sidecar may import its own files, the generated ones, the shapes of the root, and files/. */
const islands = nouns.map((noun) => ({
  name: `island-${noun}`,
  severity: 'error',
  comment: `${noun}/ is an island: sidecar.ts hands it what it needs of others`,
  from: { path: `^sidecar/src/${noun}/`, pathNot: testSupport },
  to: {
    path: '^sidecar/src/',
    pathNot: `^sidecar/src/(${noun}/|generated/|files/|(copied-rows|documents|errors|fair-queue|foreign-functions|key-etag|peer|read-memory|released-bytes|secret|in-turn|signed-note)\\.ts$)`,
  },
}));

/** Each stage of a request imports its one noun. `context.ts` names the shapes that all of them pass on. */
const stages = {
  accept: 'transport|keystore/session-keys',
  authenticate: 'identity',
  authorize: 'policy',
  locate: 'policy',
  execute: 'keystore/key-state',
  intend: 'audit',
  record: 'audit',
  'record-fields': 'audit',
  'refusal-window': 'audit|transport',
  reply: 'transport',
  dispatch: 'transport',
};
const stageRules = Object.entries(stages).map(([stage, noun]) => ({
  name: `stage-${stage}`,
  severity: 'error',
  comment: `request/${stage}.ts imports one noun`,
  from: { path: `^sidecar/src/request/${stage}\\.ts$` },
  to: {
    path: '^sidecar/src/',
    pathNot: `^sidecar/src/(request/|generated/|(documents|errors|foreign-functions|key-etag|peer|read-memory|released-bytes|secret)\\.ts$|${noun})`,
  },
}));

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    ...islands,
    ...stageRules,
    {
      name: 'nouns-never-import-request',
      severity: 'error',
      from: { path: `^sidecar/src/(${nouns.join('|')})/` },
      to: { path: '^sidecar/src/(request|methods)/' },
    },
    {
      name: 'only-transport-opens-sockets',
      severity: 'error',
      from: { path: '^sidecar/src/', pathNot: ['^sidecar/src/(transport/|read-memory\\.ts$)', testSupport] },
      to: {
        path: '^(node:)?(net|http|https|http2|tls)$|^(ws|fastify)$|node_modules/(ws|fastify)/',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'only-crypto-imports-noble',
      severity: 'error',
      from: { path: '^sidecar/src/', pathNot: ['^sidecar/src/crypto/', testSupport] },
      to: { path: 'node_modules/@noble/' },
    },
    {
      name: 'sidecar-alone',
      severity: 'error',
      from: { path: '^sidecar/', pathNot: testSupport },
      to: { path: '^(sdk|pkcs11|cli)/|@ferrohsm/(sdk|pkcs11)' },
    },
    {
      name: 'sdk-alone',
      severity: 'error',
      from: { path: '^sdk/', pathNot: testSupport },
      to: { path: '^(sidecar|pkcs11|cli)/|@ferrohsm/' },
    },
    {
      name: 'pkcs11-alone',
      severity: 'error',
      comment: 'a client of the sidecar as others are, which holds no key',
      from: { path: '^pkcs11/', pathNot: testSupport },
      to: { path: '^(sidecar|cli)/|@ferrohsm/sidecar' },
    },
    {
      name: 'pkcs11-codec-alone',
      severity: 'error',
      from: { path: '^pkcs11/src/codec/', pathNot: testSupport },
      to: { path: '^pkcs11/src/', pathNot: '^pkcs11/src/(codec/|released-bytes\\.ts$)' },
    },
    {
      name: 'sidecar-only-in-serve',
      severity: 'error',
      comment:
        'the command talks to a running sidecar; serve starts one with sidecar-options, pkcs11-serve makes its sockets as it does, config-host reads files as it does, policy-profile prints a text that it ships, share-ceremony splits its root key, doctor looks at its places, backups are read and restored offline',
      from: {
        path: '^cli/src/',
        pathNot:
          '^cli/src/(commands/(serve|pkcs11-serve|doctor|policy-profile|backup-(verify|rehearse|restore))|backup/[a-z-]+|share-ceremony|sidecar-options|config/config-host)\\.ts$',
      },
      to: { path: '^sidecar/|@ferrohsm/sidecar' },
    },
    {
      name: 'portable-sdk',
      severity: 'error',
      from: {
        path: '^sdk/src/',
        pathNot: ['^sdk/src/(node|client/connect-node|transport/unix-socket)\\.ts$', testSupport],
      },
      to: { dependencyTypes: ['core'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '/dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'sidecar/tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'default'],
      extensions: ['.ts', '.js', '.json'],
    },
  },
};
