import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hybridFixtures, hybridNames, hybridVectors } from './hybrid-vectors.ts';

// The suite does not know the hybrid KEMs of the Modern Algorithms draft: a copy of it gets them beside ML-KEM.

interface Edit {
  readonly file: string;
  /** Texts of the suite and what stands in their place; each must be there. */
  readonly replacements: readonly (readonly [string, string])[];
  /** Where the edited text goes; the same file if not given. */
  readonly as?: string;
}

const folders = ['WebCryptoAPI', 'resources', 'common', 'interfaces'];
const quoted = hybridNames.map((name) => `'${name}'`).join(', ');
const usages = "usages: ['decapsulateBits', 'decapsulateKey', 'encapsulateBits', 'encapsulateKey']";
const registered = hybridNames.map(
  (name) =>
    `{name: '${name}', resultType: 'CryptoKeyPair', ${usages}, mandatoryUsages: ['decapsulateBits', 'decapsulateKey']},`,
);
const ciphertextLengths = hybridNames.map(
  (name) => `case '${name}': expectedCiphertextLength = ml_kem_vectors['${name}'].sampleCiphertext.length; break;`,
);

const encapsulation: Edit['replacements'] = [
  ["'ML-KEM-1024']", `'ML-KEM-1024', ${quoted}]`],
  ['// META: script=ml_kem_vectors.js', '// META: script=ml_kem_vectors.js\n// META: script=hybrid_kem_vectors.js'],
  ['switch (algorithmName) {', `switch (algorithmName) {\n${ciphertextLengths.join('\n')}`],
];
const generation: Edit['replacements'] = [['"ML-KEM-512", "ML-KEM-768", "ML-KEM-1024"', quoted]];

/** Hybrid KEMs have neither spki nor pkcs8. */
const exportsOfPair = `if (result.publicKey?.algorithm.name.startsWith('MLKEM')) {
  const publicExports = ['jwk', 'raw-public'].map((format) => subtle.exportKey(format, result.publicKey));
  const privateFormats = extractable ? ['jwk', 'raw-seed'] : [];
  await Promise.all([...publicExports, ...privateFormats.map((format) => subtle.exportKey(format, result.privateKey))]);
} else `;

const edits: readonly Edit[] = [
  { file: 'encap_decap/encap_decap_bits.tentative.https.any.js', replacements: encapsulation },
  { file: 'encap_decap/encap_decap_keys.tentative.https.any.js', replacements: encapsulation },
  { file: 'util/helpers.js', replacements: [['"ML-KEM-1024",', `"ML-KEM-1024", ${quoted},`]] },
  {
    file: 'generateKey/algorithm_registry.js',
    replacements: [['{name: "X25519"', `${registered.join('\n')}\n{name: "X25519"`]],
  },
  {
    file: 'generateKey/successes.js',
    replacements: [
      [
        "if (result.publicKey?.algorithm.name.startsWith('ML-KEM'))",
        `${exportsOfPair}if (result.publicKey?.algorithm.name.startsWith('ML-KEM'))`,
      ],
    ],
  },
  ...['successes', 'failures'].map((what) => ({
    file: `generateKey/${what}_ML-KEM.tentative.https.any.js`,
    as: `generateKey/${what}_Hybrid-KEM.tentative.https.any.js`,
    replacements: generation,
  })),
  {
    file: 'import_export/ML-KEM_importKey.tentative.https.any.js',
    as: 'import_export/Hybrid-KEM_importKey.tentative.https.any.js',
    replacements: [
      ['ML-KEM_importKey_fixtures', 'Hybrid-KEM_importKey_fixtures'],
      ...['512', '768', '1024'].map((set, place) => [`"ML-KEM-${set}"`, `'${hybridNames[place]}'`] as const),
    ],
  },
  {
    file: 'import_export/ml_importKey.js',
    replacements: [
      ["['spki', 'jwk', 'raw-public'].forEach", "(data.publicFormats ?? ['spki', 'jwk', 'raw-public']).forEach"],
      ["['pkcs8', 'jwk', 'raw-seed'].forEach", "(data.privateFormats ?? ['pkcs8', 'jwk', 'raw-seed']).forEach"],
    ],
  },
];

/** Runs `act` on a copy of the suite that has the hybrid KEMs too. */
export async function withHybridKems<T>(root: string, act: (root: string) => Promise<T>): Promise<T> {
  const copy = mkdtempSync(join(tmpdir(), 'ferrohsm-wpt-'));
  try {
    for (const folder of folders) cpSync(join(root, folder), join(copy, folder), { recursive: true });
    for (const edit of edits) applyEdit(join(copy, 'WebCryptoAPI'), edit);
    writeFileSync(join(copy, 'WebCryptoAPI/encap_decap/hybrid_kem_vectors.js'), hybridVectors());
    writeFileSync(join(copy, 'WebCryptoAPI/import_export/Hybrid-KEM_importKey_fixtures.js'), hybridFixtures());
    return await act(copy);
  } finally {
    rmSync(copy, { recursive: true });
  }
}

function applyEdit(root: string, { file, as = file, replacements }: Edit): void {
  let text = readFileSync(join(root, file), 'utf8');
  for (const [from, to] of replacements) {
    if (!text.includes(from)) throw new Error(`${file} of this suite has no ${from}`);
    text = text.replace(from, () => to);
  }
  writeFileSync(join(root, as), text);
}
