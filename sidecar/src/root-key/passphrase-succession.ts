import { timingSafeEqual } from 'node:crypto';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { SidecarError } from '../errors.ts';
import { syncFolder } from '../files/durable-file.ts';
import { eraseFile, requireReplaceable } from '../files/erase-file.ts';
import { createPrivateFile } from '../files/private-file.ts';
import type { Secret } from '../secret.ts';
import { newRootKey, type PassphraseDerivation, rootKeyFrom } from './passphrase-derivation.ts';
import { type Argon2Cost, encodeParameters, readParameters } from './passphrase-parameters.ts';
import { readPassphrase } from './passphrase-source.ts';
import { ProvenSuccessor } from './proven-successor.ts';
import { nextName, type RootKeyProvider, type RootKeySuccession, unprepared } from './provider.ts';

export interface PassphraseSuccessionOptions {
  /** File of the present passphrase; the operator writes the next one to PATH.next. */
  readonly path: string;
  /** File of the present parameters; those of the next passphrase are made beside it. */
  readonly parametersPath: string;
  readonly derivation: PassphraseDerivation;
  readonly cost: Argon2Cost;
}

export interface PassphraseSuccession extends RootKeySuccession, Pick<RootKeyProvider, 'obtainNext'> {
  /**
   * Ends a commit that a crash cut off, which is the only reason for parameters that fit the next passphrase.
   *
   * @returns the root key of both; undefined where nothing was cut off
   */
  resume(): Promise<Secret | undefined>;
}

const what = 'passphrase parameters file';

/**
 * How one passphrase in a file follows another. Passphrase and parameters change in two steps, the parameters first:
 * between them the parameters fit the passphrase that still waits, and their check value says so.
 */
export function createPassphraseSuccession(options: PassphraseSuccessionOptions): PassphraseSuccession {
  const { path, parametersPath, derivation, cost } = options;
  const nextPath = nextName(path);
  const nextParametersPath = nextName(parametersPath);
  const proven = new ProvenSuccessor();

  async function nextBy(parametersOf: string): Promise<Secret | undefined> {
    const parameters = readParameters(parametersOf);
    using passphrase = parameters && readPassphrase({ path: nextPath });
    const rootKey = parameters && passphrase && (await rootKeyFrom(passphrase, parameters, derivation));
    if (rootKey !== undefined && passphrase !== undefined) proven.remember(passphrase.bytes);
    return rootKey;
  }

  /** The store is under the present key, so what an earlier attempt with another passphrase left is needed no more. */
  async function prepareAnew(passphrase: Secret): Promise<Secret> {
    const { rootKey, parameters } = await newRootKey(passphrase, cost, derivation);
    try {
      rmSync(nextParametersPath, { force: true });
      createPrivateFile(nextParametersPath, encodeParameters(parameters), what);
      proven.remember(passphrase.bytes);
      return rootKey;
    } catch (error) {
      rootKey.dispose();
      throw error;
    }
  }

  function requireProven(): void {
    using passphrase = readPassphrase({ path: nextPath });
    if (passphrase !== undefined) proven.require(passphrase.bytes, 'the next passphrase');
  }

  function replacePassphrase(): void {
    if (!existsSync(nextPath)) return;
    eraseFile(path);
    renameSync(nextPath, path);
    syncFolder(dirname(path));
  }

  return {
    async prepare() {
      using passphrase = readPassphrase({ path: nextPath });
      if (passphrase === undefined) {
        throw unprepared('write the new passphrase beside the present one, in a file of its name and ".next"');
      }
      requireReplaceable(path, 'the passphrase file');
      requireAnother(passphrase, path);
      return (await nextBy(nextParametersPath)) ?? (await prepareAnew(passphrase));
    },
    async obtainNext() {
      const rootKey = await nextBy(nextParametersPath);
      if (rootKey === undefined && existsSync(nextParametersPath)) {
        throw new SidecarError('config_invalid', 'the next passphrase is not the one that was prepared');
      }
      return rootKey;
    },
    commit() {
      requireProven();
      if (existsSync(nextParametersPath)) {
        renameSync(nextParametersPath, parametersPath);
        syncFolder(dirname(parametersPath));
      }
      replacePassphrase();
      return 'the new passphrase and its parameters are in force: copy the parameters to a safe place now, without both every key is lost';
    },
    async resume() {
      if (existsSync(nextParametersPath)) return undefined;
      const rootKey = await nextBy(parametersPath);
      if (rootKey !== undefined) replacePassphrase();
      return rootKey;
    },
  };
}

function requireAnother(passphrase: Secret, presentPath: string): void {
  using present = readPassphrase({ path: presentPath });
  if (present?.length === passphrase.length && timingSafeEqual(present.bytes, passphrase.bytes)) {
    throw unprepared('the new passphrase is the present one');
  }
}
