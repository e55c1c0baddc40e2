import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const { FERROHSM_COMMAND = '', PKCS11_LINK = '', WORK_FOLDER = '' } = process.env;
const socket = join(WORK_FOLDER, 'web.p11');

/** An application that knows PKCS#11: programs of the system, in a folder of its own. */
export interface Application extends AsyncDisposable {
  /** The PKCS#11 module of p11-kit. */
  readonly module: string;
  readonly pinFile: string;
  path(name: string): string;
  /** Runs a program that finds the socket. @returns what it printed */
  run(program: string, words: readonly string[], environment?: Readonly<Record<string, string>>): string;
}

/** Serves the socket of the application; undefined, with a notice, where programs are not installed. */
export async function serveApplication(programs: readonly string[], debian: string): Promise<Application | undefined> {
  const setup = ferrohsm('pkcs11', 'setup', '--json');
  const missing = programs.filter((program) => spawnSync(program, { stdio: 'ignore', input: '' }).error !== undefined);
  if (setup.status !== 0 || missing.length > 0) {
    console.log(`this example needs what is not installed here: apt-get install p11-kit-modules ${debian}`);
    return undefined;
  }
  const { module } = JSON.parse(setup.stdout) as { module: string };
  // It outlives restarts of the sidecar, so it is a process of its own.
  const words = [
    FERROHSM_COMMAND,
    'pkcs11',
    'serve',
    '--quiet',
    '--link',
    PKCS11_LINK,
    '--socket',
    `web=${socket},pin`,
  ];
  const front = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(front.stdout, 'data');
  const path = (name: string) => join(WORK_FOLDER, name);
  return {
    module,
    pinFile: path('web.pin'),
    path,
    run: (program, given, environment = {}) => {
      const env = { ...process.env, P11_KIT_SERVER_ADDRESS: `unix:path=${socket}`, ...environment };
      // What OpenSC and OpenSSL say on standard error is for people who wait for them.
      return execFileSync(program, given, {
        cwd: WORK_FOLDER,
        env,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      });
    },
    async [Symbol.asyncDispose]() {
      front.kill();
      await once(front, 'exit');
    },
  };
}

/** Writes what "ferrohsm pkcs11 setup" has for a program. */
export function writeSetup(program: string, file: string): void {
  const { status, stderr } = ferrohsm('pkcs11', 'setup', '--socket', socket, '--for', program, '--output', file);
  if (status !== 0) throw new Error(stderr);
}

function ferrohsm(...words: readonly string[]) {
  return spawnSync(process.execPath, [FERROHSM_COMMAND, ...words], { encoding: 'utf8' });
}
