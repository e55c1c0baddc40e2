import { cpSync, existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, it } from 'vitest';
import { findInstallation } from '../../../cli/src/pkcs11-setup/installation.ts';
import { type ServedClient, servedClient } from '../clients/served-client.ts';
import { hasStockClient, stockClient } from '../served-token.ts';
import { compareWithLists, type Outcome, slotOf, tell } from './suite.ts';

/** A checkout of github.com/google/pkcs11test, built by `make` or not. */
const checkout = process.env.PKCS11TEST;
if (checkout === undefined) console.warn('NOTICE: google/pkcs11test is skipped: name a checkout with PKCS11TEST');

/** It takes minutes to build. */
const timeoutMs = 900_000;

interface Test {
  readonly name: string;
  readonly classname: string;
  /** `NOTRUN`: it is disabled in the source. */
  readonly status: 'RUN' | 'NOTRUN';
  readonly failures?: unknown;
}

/** As gtest writes it. */
interface Report {
  readonly testsuites: readonly {
    readonly testsuite: readonly Test[];
  }[];
}

describe.skipIf(checkout === undefined || !hasStockClient())('google/pkcs11test', () => {
  const client = servedClient();

  it('fails where the list says so, and nowhere else', { timeout: timeoutMs }, async () => {
    const outcome = await runSuite(client, await build(client, String(checkout)));
    const { versions } = findInstallation(stockClient).generation;
    tell('google/pkcs11test', outcome);
    const besides = versions === 'up to 0.24.1' ? 'pkcs11test-up-to-0.24.1.txt' : 'pkcs11test-from-0.25.0.txt';
    // SoftHSM2 fails elsewhere.
    if (!client.isReference) compareWithLists(outcome, ['pkcs11test.txt', besides]);
  });
});

/** @returns the program, built in a folder of ours where the checkout has none */
async function build(client: ServedClient, folder: string): Promise<string> {
  const built = join(folder, 'pkcs11test');
  if (existsSync(built)) return built;
  cpSync(folder, client.path('pkcs11test'), { recursive: true });
  await client.run('make', ['-C', client.path('pkcs11test')], { timeoutMs });
  return client.path('pkcs11test/pkcs11test');
}

async function runSuite(client: ServedClient, program: string): Promise<Outcome> {
  const module = ['-l', `${dirname(client.module)}/`, '-m', basename(client.module)];
  const who = ['-s', await slotOf(client), '-u', client.pin, '-o', client.soPin];
  // It exits with 1 for any test that failed: the report says which.
  const words = ['-c', '"$@" || [ $? = 1 ]', 'sh', program, ...module, ...who, '--gtest_output=json:report.json'];
  await client.run('sh', words, { timeoutMs });
  const { testsuites } = JSON.parse((await client.read('report.json')).toString()) as Report;
  const tests = testsuites.flatMap(({ testsuite }) => testsuite).filter(({ status }) => status === 'RUN');
  const namesOf = (hasFailed: boolean) =>
    tests
      .filter(({ failures }) => (failures !== undefined) === hasFailed)
      .map(({ classname, name }) => `${classname}.${name}`);
  return { passed: namesOf(false), skipped: [], failed: namesOf(true) };
}
