import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** A group of an ACVP file, its questions joined with their answers. */
export interface AcvpGroup {
  readonly tgId: number;
  readonly parameterSet: string;
  readonly function?: string;
  readonly deterministic?: boolean;
  readonly signatureInterface?: 'external' | 'internal';
  readonly preHash?: 'pure' | 'preHash';
  readonly externalMu?: boolean;
  readonly cases: readonly AcvpCase[];
}

/** Byte strings are in hexadecimal. */
export interface AcvpCase extends Readonly<Record<string, string | number | boolean>> {
  readonly tcId: number;
}

type AcvpTests = readonly AcvpCase[];
type AcvpFile = { readonly testGroups: readonly (Omit<AcvpGroup, 'cases'> & { readonly tests: AcvpTests })[] };

/** The folder that `FERROHSM_VECTORS` names. */
export function vectorFolder(): string {
  const folder = process.env.FERROHSM_VECTORS;
  if (folder === undefined) throw new Error('FERROHSM_VECTORS is not set: it must name the folder of the test vectors');
  return folder;
}

/** @throws Error that names the file which is not the one of `SHA256SUMS` */
export function checkDigests(folder: string): void {
  for (const line of readFileSync(join(folder, 'SHA256SUMS'), 'utf8').trim().split('\n')) {
    const [expected, name = ''] = line.split(/ [ *]/);
    const found = createHash('sha256')
      .update(readFileSync(join(folder, name)))
      .digest('hex');
    if (found !== expected) throw new Error(`${name}: SHA-256 is ${found}, but SHA256SUMS has ${expected}`);
  }
}

export function readJson<T>(name: string): T {
  return JSON.parse(readFileSync(join(vectorFolder(), name), 'utf8')) as T;
}

/** Groups of one folder of `acvp/`. */
export function readAcvp(name: string): AcvpGroup[] {
  const [prompt, answers] = ['prompt', 'expectedResults'].map((part) => readAcvpFile(`acvp/${name}/${part}.json.gz`));
  return (prompt as AcvpFile).testGroups.map(({ tests, ...group }) => {
    const answered = answers?.testGroups.find(({ tgId }) => tgId === group.tgId)?.tests ?? [];
    return { ...group, cases: tests.map((question) => joinCase(question, answered)) };
  });
}

function readAcvpFile(name: string): AcvpFile {
  return JSON.parse(gunzipSync(readFileSync(join(vectorFolder(), name))).toString()) as AcvpFile;
}

function joinCase(question: AcvpCase, answers: AcvpTests): AcvpCase {
  const answer = answers.find(({ tcId }) => tcId === question.tcId);
  if (answer === undefined) throw new Error(`no answer to case ${question.tcId}`);
  return { ...question, ...answer };
}
