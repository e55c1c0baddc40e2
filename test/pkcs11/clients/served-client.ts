import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { p11KitAddress } from '../../../cli/src/pkcs11-setup/address.ts';
import { type ClientName, clients } from '../../../cli/src/pkcs11-setup/clients.ts';
import { findInstallation } from '../../../cli/src/pkcs11-setup/installation.ts';
import { recipeText } from '../../../cli/src/pkcs11-setup/setup-text.ts';
import { isInstalled } from '../../bench/peers/installed.ts';
import { hasStockClient, stockClient } from '../served-token.ts';
import { type Served, serve } from './served.ts';

/** What a client's tests need, and who packs it. */
export interface Need {
  readonly programs?: readonly string[];
  readonly files?: readonly string[];
  readonly debian: string;
}

/** Whether a client is installed; says so where it is not. */
export function isThere({ programs = [], files = [], debian }: Need): boolean {
  const missing = [...programs.filter((name) => !isInstalled(name)), ...files.filter((path) => !existsSync(path))];
  if (missing.length > 0) {
    console.warn(`NOTICE: ${missing.join(', ')} missing: tests of it are skipped; apt-get install ${debian}`);
  }
  return missing.length === 0 && hasStockClient();
}

/** What a program said on its way to exit status 0. */
export interface Said {
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Default: a minute. */
  readonly timeoutMs?: number;
}

/** A folder, a PKCS#11 socket, and programs that use it by the stock client, for the tests of one file. */
export interface ServedClient {
  readonly module: string;
  readonly pin: string;
  /** Of the security officer. */
  readonly soPin: string;
  readonly tokenLabel: string;
  /** The socket belongs to another implementation, to check the tests themselves. */
  readonly isReference: boolean;
  path(name: string): string;
  read(name: string): Promise<Buffer>;
  write(name: string, content: string | Uint8Array): Promise<string>;
  /** Runs a program in the folder to its end; rejects where it fails, with all that it said. */
  run(program: string, words: readonly string[], options?: RunOptions): Promise<Said>;
  /** Writes what `ferrohsm pkcs11 setup` gives a program. @returns the environment that it asks for */
  setUp(name: ClientName): Promise<Readonly<Record<string, string>>>;
}

/** Serves before the tests of a file, and ends it after them. */
export function servedClient(): ServedClient {
  let served: Served | undefined;
  const place = () => {
    if (served === undefined) throw new Error('nothing is served yet');
    return served;
  };
  const path = (name: string) => join(place().folder, name);

  beforeAll(async () => {
    served = await serve();
  });
  afterAll(async () => {
    await served?.[Symbol.asyncDispose]();
  });

  return {
    module: stockClient.module,
    get pin() {
      return place().pin;
    },
    get soPin() {
      return place().soPin;
    },
    get tokenLabel() {
      return place().tokenLabel;
    },
    get isReference() {
      return place().isReference;
    },
    path,
    read: (name) => readFile(path(name)),
    async write(name, content) {
      await writeFile(path(name), content, { mode: 0o600 });
      return path(name);
    },
    run: (program, words, options) => runClient(place(), program, words, options),
    async setUp(name) {
      const setting = { ...findInstallation(stockClient), address: p11KitAddress(place().socketPath) };
      const { file, environment } = clients[name].recipe(setting);
      if (file === undefined) return environment;
      const written = path(basename(file.place));
      await writeFile(written, recipeText(clients[name], setting));
      return { ...environment, ...(environment.OPENSSL_CONF && { OPENSSL_CONF: written }) };
    },
  };
}

/** Runs a program to its end with the environment that leads the stock client to a socket. */
export function runClient(
  { folder, socketPath }: Pick<Served, 'folder' | 'socketPath'>,
  program: string,
  words: readonly string[],
  { environment = {}, input = '', timeoutMs = 60_000 }: RunOptions = {},
): Promise<Said> {
  const env = {
    ...process.env,
    ...stockClient.environment,
    P11_KIT_SERVER_ADDRESS: p11KitAddress(socketPath),
    ...environment,
  };
  return new Promise((resolve, reject) => {
    const child = execFile(program, words, { cwd: folder, env, timeout: timeoutMs }, (error, stdout, stderr) => {
      if (error === null) return resolve({ stdout, stderr });
      const ending = error.signal ?? `status ${error.code}`;
      reject(new Error(`${program} ${words.join(' ')}: ${ending}\n${stdout}${stderr}`));
    });
    // It may end without having read its input.
    child.stdin?.on('error', () => undefined).end(input);
  });
}
