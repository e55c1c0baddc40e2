import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { connect, type FerroHsm, type Role } from '@ferrohsm/sdk/node';
import {
  command,
  createFolders,
  discardFolders,
  leanNode,
  type SidecarFolders,
  type SidecarProcess,
  startListening,
  startSidecarProcess,
} from '../../tools/throw-away-sidecar.ts';
import { approver, personRecord } from '../end-to-end/approvers.ts';
import { writeConfig } from '../end-to-end/live-sidecar.ts';
import { tokenOf } from '../end-to-end/principals.ts';

export interface ServedOptions {
  /** Applications have to log in. */
  readonly requiresPin?: boolean;
  /** Roles of the application. */
  readonly roles?: readonly Role[];
  /** Policies in the place of the shipped ones. */
  readonly policy?: string;
  /** Collections, one slot each. */
  readonly collections?: readonly string[];
}

const everything: readonly Role[] = ['Administrator', 'Officer', 'Operator', 'Auditor', 'Service'];

/** The token of a principal: no longer than the PINs that every client sends whole. */
export function pinOf(id: string): string {
  return tokenOf(id).slice(0, 31);
}

/** A sidecar and the front process that serves its keys by PKCS#11, each in a process of its own. */
export class ServedSidecar {
  readonly folders: SidecarFolders;
  /** Token of the application's principal. */
  readonly pin = pinOf('application');
  /** A person who may approve. */
  readonly officer = approver('officer');
  readonly officerPin = pinOf('officer');
  readonly #options: ServedOptions;
  #sidecar: SidecarProcess | undefined;
  #front: Omit<SidecarProcess, 'socket' | 'url'> | undefined;

  private constructor(folders: SidecarFolders, options: ServedOptions) {
    this.folders = folders;
    this.#options = options;
  }

  static async serve(options: ServedOptions = {}): Promise<ServedSidecar> {
    const served = new ServedSidecar(createFolders(), options);
    const principals = [
      principal('owner', 'person', everything),
      { ...personRecord(served.officer, ['Officer']), credentials: principal('officer', 'person', []).credentials },
      principal('auditor', 'person', ['Auditor']),
      principal('application', 'workload', options.roles ?? ['Officer', 'Operator', 'Service'], {
        socket: 'application',
      }),
    ];
    writeConfig(served.folders, 'principals.json', JSON.stringify({ principals }));
    if (options.policy !== undefined) writeConfig(served.folders, 'policy.cedar', options.policy);
    await served.startSidecar();
    await served.#startFront();
    return served;
  }

  /** Where applications find the stock client's server. */
  get socketPath(): string {
    return join(dirname(this.folders.socket), 'application.p11');
  }

  /** Process ids. */
  get processes(): { readonly sidecar: number; readonly front: number } {
    return { sidecar: this.#sidecar?.pid ?? 0, front: this.#front?.pid ?? 0 };
  }

  /** What an application's environment needs. */
  get environment(): Readonly<Record<string, string>> {
    return { P11_KIT_SERVER_ADDRESS: `unix:path=${this.socketPath}` };
  }

  /** The sidecar through the SDK, as the owner or another principal. */
  connect(id = 'owner'): Promise<FerroHsm> {
    return connect({ url: this.#sidecar?.url ?? '', token: pinOf(id) });
  }

  async startSidecar(): Promise<void> {
    this.#sidecar = await startSidecarProcess({
      folders: this.folders,
      arguments: ['--websocket', '127.0.0.1:0', '--pkcs11-link', this.#link, '--pkcs11-socket', 'application'],
      program: [...leanNode, command],
    });
  }

  /** The front process goes on. */
  async stopSidecar(): Promise<void> {
    await this.#sidecar?.stop();
  }

  /** What the front process has said. */
  notices(): string {
    return this.#front?.notices() ?? '';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#front?.stop();
    await this.#sidecar?.stop();
    discardFolders(this.folders);
  }

  get #link(): string {
    return join(dirname(this.folders.socket), 'pkcs11.link');
  }

  async #startFront(): Promise<void> {
    const { requiresPin = false, collections = [] } = this.#options;
    const place = `application=${this.socketPath}${requiresPin ? ',pin' : ''}`;
    const slots = collections.flatMap((prefix) => ['--collection', prefix]);
    const words = ['pkcs11', 'serve', '--json', '--link', this.#link, '--socket', place, ...slots];
    this.#front = await startListening([command, ...words]);
  }
}

function principal(id: string, kind: 'person' | 'workload', roles: readonly Role[], ...credentials: object[]) {
  const tokenSha256 = createHash('sha256').update(pinOf(id)).digest('base64url');
  return {
    id,
    kind,
    roles,
    credentials: [{ tokenSha256 }, ...credentials],
    ...(kind === 'workload' && { owner: 'owner' }),
  };
}
