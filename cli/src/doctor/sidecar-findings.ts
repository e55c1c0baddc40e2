import { lstatSync } from 'node:fs';
import type { FerroHsm, SystemStatusResult } from '@ferrohsm/sdk/node';
import { connectSidecar } from '../connection.ts';
import { systemCode } from '../errors.ts';
import { describeFailure } from '../failure.ts';
import { version } from '../generated/version.ts';
import type { GlobalOptions } from '../global-options.ts';
import { type Finding, fault, ok, warning } from './finding.ts';

/** Longest path of a Unix socket on Linux, with its end. */
const socketPathBytes = 107;

/** Whether the sidecar can be reached, who it takes this user for, and how it is. */
export async function sidecarFindings(options: GlobalOptions, socket: string | undefined): Promise<Finding[]> {
  const place = socket === undefined ? [] : socketFindings(socket);
  if (place.some(({ level }) => level === 'fault')) return place;
  try {
    const sidecar = await connectSidecar(options);
    try {
      return [...place, ...(await talk(sidecar))];
    } finally {
      await sidecar.close();
    }
  } catch (error) {
    return [...place, refusal('sidecar', error)];
  }
}

function socketFindings(path: string): Finding[] {
  if (Buffer.byteLength(path) > socketPathBytes) {
    return [fault('socket', `${path} is longer than ${socketPathBytes} bytes`, 'choose a shorter path')];
  }
  try {
    if (lstatSync(path).isSocket()) return [ok('socket', path)];
    return [fault('socket', `${path} is not a socket`, 'name the one that "ferrohsm serve" listens on with --socket')];
  } catch (error) {
    const code = systemCode(error);
    if (code === 'EACCES') {
      return [fault('socket', `${path}: its folder is closed to this user`, 'join the group that it belongs to')];
    }
    return [fault('socket', `${path} is not there`, 'start "ferrohsm serve", or name its socket with --socket')];
  }
}

async function talk(sidecar: FerroHsm): Promise<Finding[]> {
  const status = await sidecar.system.status().catch((error: unknown) => refusal('status', error));
  if ('level' in status) return [status, await identity(sidecar)];
  // A sealed one says nothing else.
  return status.state === 'sealed' ? statusFindings(status) : [await identity(sidecar), ...statusFindings(status)];
}

async function identity(sidecar: FerroHsm): Promise<Finding> {
  const { principal } = await sidecar.session.whoami();
  const roles = principal.roles.length === 0 ? 'no roles' : principal.roles.join(', ');
  return ok('identity', `you are ${principal.id}, with ${roles}`);
}

function statusFindings(status: SystemStatusResult): Finding[] {
  const { state, version: theirs, witnesses } = status;
  return [
    state === 'sealed'
      ? warning('seal', 'the sidecar is sealed: it uses no key', 'give shares with "ferrohsm unseal"')
      : ok('seal', state),
    theirs === version
      ? ok('version', version)
      : warning('version', `the sidecar is ${theirs}, this command ${version}`, 'install the same version of both'),
    ...(witnesses?.quorum === false
      ? [warning('witnesses', 'too few have cosigned the log lately', 'see each of them: ferrohsm status')]
      : []),
  ];
}

function refusal(subject: string, error: unknown): Finding {
  const failure = describeFailure(error);
  return fault(subject, failure?.message ?? String(error), failure?.hint ?? 'see its own log');
}
