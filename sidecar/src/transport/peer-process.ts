import { closeSync, readFileSync, readlinkSync } from 'node:fs';
import { type SocketCalls, socketOptions } from './socket-calls.ts';

/** Attributes of the process that connected; none of them is an identity. */
export interface PeerProcess {
  /** Missing where the process belongs to another user that may not be looked at, or sees other mounts. */
  readonly executable?: string;
  readonly cgroup?: string;
}

/** Reads the attributes of the process at the other end of a connected socket, whose number the kernel told. */
export type PeerProcessReader = (socket: object, pid: number) => PeerProcess;

const nothing: PeerProcess = Object.freeze({});

/**
 * The reader for this machine. Process numbers are used again; what was read counts only when the process that
 * connected still lived after that: Linux 6.5 hands out a descriptor of it, before that its start time must not have
 * changed meanwhile, which leaves the time between the connection and the first look.
 */
export function createPeerProcessReader(calls: SocketCalls | undefined): PeerProcessReader {
  return (socket, pid) => {
    if (process.platform !== 'linux' || pid <= 0) return nothing;
    const pidfd = calls && processDescriptor(calls, socket);
    return calls === undefined || pidfd === undefined ? readUnchanged(pid) : readWhileAlive(calls, pidfd, pid);
  };
}

/** `_handle.fd` is Node's only way to a socket's descriptor. */
function processDescriptor(calls: SocketCalls, socket: object): number | undefined {
  const descriptor = (socket as { _handle?: { fd?: unknown } | null })._handle?.fd;
  if (typeof descriptor !== 'number' || descriptor < 0) return undefined;
  return calls.integerOption(descriptor, socketOptions.peerPidfd);
}

/** A number is not given to another process before the descriptor has become readable. */
function readWhileAlive(calls: SocketCalls, pidfd: number, pid: number): PeerProcess {
  try {
    const attributes = readAttributes(pid);
    return calls.isReadable(pidfd) ? nothing : attributes;
  } finally {
    closeSync(pidfd);
  }
}

function readUnchanged(pid: number): PeerProcess {
  const before = startTime(pid);
  const attributes = readAttributes(pid);
  return before !== undefined && before === startTime(pid) ? attributes : nothing;
}

function readAttributes(pid: number): PeerProcess {
  const executable = seesOurMounts(pid) ? linkOf(`/proc/${pid}/exe`) : undefined;
  const cgroup = cgroupOf(textOf(`/proc/${pid}/cgroup`));
  return { ...(executable !== undefined && { executable }), ...(cgroup !== undefined && { cgroup }) };
}

/** In mounts of its own, which every user can make, a process runs any file under any path. */
function seesOurMounts(pid: number): boolean {
  const ours = linkOf('/proc/self/ns/mnt');
  return ours !== undefined && ours === linkOf(`/proc/${pid}/ns/mnt`);
}

/** The unified hierarchy, else the first; cgroups(7): `hierarchy:controllers:path`. */
function cgroupOf(text: string | undefined): string | undefined {
  const lines = text?.split('\n') ?? [];
  const line = lines.find((each) => each.startsWith('0::')) ?? lines[0];
  return /^\d+:[^:]*:(\/.*)$/.exec(line ?? '')?.[1];
}

/** Field 22 of proc_pid_stat(5); the second, the name, may hold spaces and brackets. */
function startTime(pid: number): string | undefined {
  const text = textOf(`/proc/${pid}/stat`);
  return text?.slice(text.lastIndexOf(')') + 2).split(' ')[19];
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
