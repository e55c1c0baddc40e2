import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createFolders, discardFolders } from '../../tools/throw-away-sidecar.ts';
import { serveWords } from '../end-to-end/live-sidecar.ts';

const isRoot = process.geteuid?.() === 0;
/** Nobody's: root may look into every process, so a test that runs as root becomes somebody else. */
const otherUser = 23_456;

/** Who the sidecar and those who attack it are. */
const user = isRoot ? { uid: otherUser, gid: otherUser } : {};
export const userId = isRoot ? otherUser : (process.geteuid?.() ?? 0);

/** `ferrohsm serve` under {@link user}, that others of the same user attack. */
export class AttackedSidecar {
  readonly #folders = createFolders();
  readonly #child: ChildProcess;
  #said = '';

  /** @param shell what is done before, in the same process */
  constructor(serveOptions: readonly string[] = [], nodeOptions: readonly string[] = [], shell = ':') {
    if (isRoot) chownSync(this.#folders.root, otherUser, otherUser);
    const words = [process.execPath, ...nodeOptions, ...serveWords(this.#folders), ...serveOptions];
    this.#child = spawn('sh', ['-c', `${shell}; exec "$@"`, 'sh', ...words], {
      ...user,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#said += text;
    });
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  /** What it said on standard error. */
  get said(): string {
    return this.#said;
  }

  /** Resolves when it listens. */
  async listening(): Promise<void> {
    const ended = once(this.#child, 'exit').then(() => 'ended');
    if ((await Promise.race([once(this.#child.stdout as NodeJS.ReadableStream, 'data'), ended])) === 'ended') {
      throw new Error(this.#said);
    }
  }

  /** A file of the kernel about it, as root or its user sees it. */
  file(name: string): string {
    return readFileSync(`/proc/${this.pid}/${name}`, 'utf8');
  }

  /** TCP ports that it listens on: a debugger does. */
  ports(): number[] {
    const folder = `/proc/${this.pid}/fd`;
    const links = readdirSync(folder).map((name) => readlinkSync(`${folder}/${name}`));
    const listening = `${this.file('net/tcp')}${this.file('net/tcp6')}`
      .split('\n')
      .map((line) => line.trim().split(/\s+/));
    const own = listening.filter(
      ([, , , state, , , , , , inode]) => state === '0A' && links.includes(`socket:[${inode}]`),
    );
    return own.map(([, local = '']) => Number.parseInt(local.split(':').at(-1) ?? '', 16));
  }

  async discard(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
    discardFolders(this.#folders);
  }
}

/** What a program of the same user comes to. */
export function attack(program: string, ...words: readonly string[]) {
  return spawnSync(program, words, { ...user, encoding: 'utf8', timeout: 10_000 });
}
