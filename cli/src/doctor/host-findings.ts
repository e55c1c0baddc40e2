import { readFileSync, statSync } from 'node:fs';
import { systemCode } from '../errors.ts';
import { type Finding, fault, ok, warning } from './finding.ts';

/** Hybrid KEMs, ML-DSA and Argon2 come with it. */
const leastOpenSsl = [3, 5] as const;

type Environment = Readonly<Record<string, string | undefined>>;

/** The runtime, the memory of the machine, and what the environment says. */
export function hostFindings(environment: Environment): Finding[] {
  return [cryptography(), ...swap(), ...variables(environment), ...tokenFile(environment.FERROHSM_TOKEN_FILE)];
}

function cryptography(): Finding {
  const { node, openssl } = process.versions;
  const found = `Node ${node}, OpenSSL ${openssl}`;
  const [major = 0, minor = 0] = openssl.split('.').map(Number);
  const isNew = major > leastOpenSsl[0] || (major === leastOpenSsl[0] && minor >= leastOpenSsl[1]);
  if (isNew) return ok('runtime', found);
  return fault('runtime', `${found}, which lacks ML-KEM and ML-DSA`, 'install a Node that brings OpenSSL 3.5 or later');
}

function swap(): Finding[] {
  const areas = textOf('/proc/swaps')?.trim().split('\n').slice(1) ?? [];
  if (areas.length === 0) return [];
  const names = areas.map((line) => line.split(/\s/)[0]).join(', ');
  return [warning('swap', `${names}: keys in memory may be written there`, 'encrypt swap, or turn it off: swapoff -a')];
}

function variables({ FERROHSM_SOCKET: socket, FERROHSM_URL: url, NODE_OPTIONS: nodeOptions }: Environment): Finding[] {
  return [
    ...(socket !== undefined && url !== undefined
      ? [warning('environment', 'FERROHSM_SOCKET and FERROHSM_URL are both set: the URL is used', 'unset one of them')]
      : []),
    ...(nodeOptions
      ? [warning('environment', 'NODE_OPTIONS is set: "ferrohsm serve" refuses to start with it', 'unset it')]
      : []),
  ];
}

function tokenFile(file: string | undefined): Finding[] {
  if (file === undefined) return [];
  try {
    const mode = statSync(file).mode & 0o777;
    if ((mode & 0o077) === 0) return [ok('token file', `${file} is private`)];
    return [fault('token file', `${file} has mode ${mode.toString(8)}`, `chmod 600 ${file}`)];
  } catch (error) {
    return [fault('token file', `${file} cannot be read (${systemCode(error)})`, 'correct FERROHSM_TOKEN_FILE')];
  }
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
