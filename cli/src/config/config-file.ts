import { hash, type KeyObject } from 'node:crypto';
import { join, resolve } from 'node:path';
import { CliError } from '../errors.ts';
import { type ConfigDocument, type ConfigFinding, readConfigDocument } from './config-document.ts';
import { misfitsOf } from './config-misfits.ts';
import { readConfigKey, verifyConfigSignature } from './config-signature.ts';

/** Name in the config folder. */
export const configFileName = 'ferrohsm.yaml';

/**
 * Reads a file that only root and the user of the sidecar can write; undefined when there is none.
 *
 * @throws SidecarError `config_invalid`
 */
export type ReadConfigBytes = (path: string) => Buffer | undefined;

/** Where the configuration is, which it cannot say itself. */
export interface ConfigPlaces {
  /** Folder that holds principals, policy and, unless told otherwise, the file. */
  readonly folder: string;
  /** The file; it must be there where it was named. */
  readonly file: string;
  readonly isNamed: boolean;
  /** File of the key that must have signed it. */
  readonly keyFile: string | undefined;
}

export interface ConfigPlaceOptions {
  readonly config?: string;
  readonly configFile?: string;
  readonly configKey?: string;
}

/** A configuration file as it was read, whether it fits or not. */
export interface ConfigFile {
  readonly path: string;
  readonly bytes: Buffer;
  /** Of its bytes, hexadecimal. */
  readonly sha256: string;
  readonly isSigned: boolean;
  readonly document: ConfigDocument;
  readonly findings: readonly ConfigFinding[];
}

/** @param defaultFolder where neither flag nor environment names the config folder */
export function configPlaces(
  options: ConfigPlaceOptions,
  environment: Readonly<Record<string, string | undefined>>,
  defaultFolder: string,
): ConfigPlaces {
  const folder = resolve(options.config ?? environment.FERROHSM_CONFIG ?? defaultFolder);
  const named = options.configFile ?? environment.FERROHSM_CONFIG_FILE;
  const keyFile = options.configKey ?? environment.FERROHSM_CONFIG_KEY;
  return {
    folder,
    file: named === undefined ? join(folder, configFileName) : resolve(named),
    isNamed: named !== undefined,
    keyFile: keyFile === undefined ? undefined : resolve(keyFile),
  };
}

/**
 * The file where it is named or there; a key without a file is refused, because to take the file away would be the simplest
 * change of it.
 *
 * @throws CliError 66, 78; SidecarError `config_invalid`
 */
export function readConfigIfAny(places: ConfigPlaces, read: ReadConfigBytes): ConfigFile | undefined {
  const isNeeded = places.isNamed || places.keyFile !== undefined;
  return isNeeded || read(places.file) !== undefined ? readConfig(places, read) : undefined;
}

/**
 * Reads the file, and verifies its signature where a key is named.
 *
 * @throws CliError 66, 78; SidecarError `config_invalid`
 */
export function readConfig({ file, keyFile }: ConfigPlaces, read: ReadConfigBytes): ConfigFile {
  const bytes = read(file);
  if (bytes === undefined) {
    throw new CliError(66, `there is no configuration file ${file}`, 'make one with: ferrohsm config init');
  }
  if (keyFile !== undefined) requireSignature(file, bytes, readConfigKey(keyFile, read), read);
  const document = readConfigDocument(textOf(bytes, file));
  const sha256 = hash('sha256', bytes, 'hex');
  return { path: file, bytes, sha256, isSigned: keyFile !== undefined, document, findings: findingsOf(document) };
}

/** As compilers say it, so that editors find the place. */
export function findingText(path: string, { line, column, reason }: ConfigFinding): string {
  return `${path}:${line}:${column}: ${reason}`;
}

/** @throws CliError 78 with the first finding */
export function requireSound({ path, findings }: ConfigFile): void {
  const [first, ...others] = findings;
  if (first === undefined) return;
  const all = others.length === 0 ? '' : ` (${others.length} more: ferrohsm config check ${path})`;
  throw new CliError(78, `${findingText(path, first)}${all}`, first.hint ?? `see: ferrohsm config check ${path}`);
}

function requireSignature(file: string, bytes: Buffer, key: KeyObject, read: ReadConfigBytes): void {
  const signature = read(`${file}.sig`);
  if (signature === undefined) {
    throw new CliError(78, `${file} is not signed: there is no ${file}.sig`, 'sign it with: ferrohsm config sign');
  }
  if (verifyConfigSignature(bytes, signature, key)) return;
  throw new CliError(
    78,
    `${file} is not what was signed`,
    'look at what changed, then sign it with: ferrohsm config sign',
  );
}

function textOf(bytes: Buffer, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new CliError(78, `${file} is not UTF-8`, 'save it as UTF-8');
  }
}

function findingsOf(document: ConfigDocument): ConfigFinding[] {
  if (document.findings.length > 0) return [...document.findings];
  const findings = misfitsOf(document.value).map(({ path, isName, reason, hint }) => ({
    ...(isName ? document.placeOfName(path) : document.placeOf(path)),
    reason,
    ...(hint !== undefined && { hint }),
  }));
  return findings.toSorted((a, b) => a.line - b.line || a.column - b.column);
}
