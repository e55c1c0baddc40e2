import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { cpuClockOfGroup } from '../process-cost.ts';
import type { Server } from '../side.ts';

const startTimeoutMs = 10_000;

/** How the server of a peer is started. */
export interface PeerCommand {
  readonly program: string;
  readonly words: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/**
 * Starts the server of a peer in a process group of its own and resolves when it accepts connections.
 *
 * @param commandIn tells the command for a folder, which lives as long as the server, and the socket to listen at
 * @throws Error when it does not listen in time
 */
export async function startPeer(commandIn: (folder: string, socket: string) => PeerCommand): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), 'ferrohsm-peer-'));
  const socket = join(folder, 'peer.sock');
  const { program, words, environment } = commandIn(folder, socket);
  const child = spawn(program, words, { stdio: 'ignore', detached: true, env: { ...process.env, ...environment } });
  const ended = once(child, 'exit');
  const group = child.pid ?? 0;
  const endGroup = () => {
    if (child.exitCode === null && child.signalCode === null) process.kill(-group, 'SIGTERM');
  };
  // A group of its own does not hear of the keys that end the benchmark.
  process.once('exit', endGroup);
  await listening(socket, program);
  return {
    socket,
    cpuUs: cpuClockOfGroup(group),
    async [Symbol.asyncDispose]() {
      process.off('exit', endGroup);
      endGroup();
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
}

async function listening(socket: string, program: string): Promise<void> {
  const endMs = performance.now() + startTimeoutMs;
  while (!(await accepts(socket))) {
    if (performance.now() > endMs) throw new Error(`${program} does not listen`);
    await pause(20);
  }
}

async function accepts(socket: string): Promise<boolean> {
  const probe = connect(socket);
  try {
    await once(probe, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    probe.destroy();
  }
}
