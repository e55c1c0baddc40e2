import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FerroHsm } from '@ferrohsm/sdk/node';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { command } from '../../tools/throw-away-sidecar.ts';
import { type Approver, approver, personRecord } from '../end-to-end/approvers.ts';
import { type LiveSidecar, liveSidecar, writeConfig } from '../end-to-end/live-sidecar.ts';
import { tokenOf } from '../end-to-end/principals.ts';
import { Terminal } from './terminal.ts';

/** A terminal, and as whom `ferrohsm top` runs in it. */
export interface Seat {
  readonly columns?: number;
  readonly rows?: number;
  /** Who is not named is alice, by her user id. */
  readonly person?: string;
  readonly words?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

export const passphrase = 'correct horse';

/** A sidecar with people, and the terminals that they sit at. */
export class Office {
  readonly sidecar: LiveSidecar;
  /** Somebody with every role, on another connection. */
  hsm!: FerroHsm;
  readonly #terminals: Terminal[] = [];

  constructor() {
    const bob = approver('bob');
    this.sidecar = liveSidecar({
      arguments: ['--websocket', '127.0.0.1:0'],
      prepare: (folders) => {
        writeConfig(folders, 'principals.json', JSON.stringify({ principals: [alice(), officer(bob)] }));
        this.#writeFiles(bob);
      },
    });
    beforeAll(async () => {
      this.hsm = await this.sidecar.connect();
    });
    afterEach(() => {
      for (const terminal of this.#terminals.splice(0)) terminal.close();
    });
    afterAll(() => this.hsm.close());
  }

  /** A file in the folder that terminals begin in. */
  path(name: string): string {
    return join(this.sidecar.folders.root, name);
  }

  /** Starts `ferrohsm top` in a terminal and waits until it shows how the sidecar is. */
  async sit(seat: Seat = {}): Promise<Terminal> {
    const { person, words = '', environment = {}, ...size } = seat;
    const { socket, url } = this.sidecar.process;
    const way = person === undefined ? `--socket ${socket}` : `--url ${url} --token-file ${person}.token`;
    const terminal = new Terminal({
      ...size,
      command: `${process.execPath} ${command} top ${way} ${words}`,
      folder: this.sidecar.folders.root,
      environment: { XDG_CONFIG_HOME: this.path('settings'), ...environment },
    });
    this.#terminals.push(terminal);
    await terminal.until(/ ferrohsm top {2}\S+ +ready/);
    return terminal;
  }

  #writeFiles({ privateKey }: Approver): void {
    const secret = { mode: 0o600 };
    writeFileSync(this.path('bob.token'), tokenOf('bob'), secret);
    writeFileSync(this.path('bob.key'), encrypted(privateKey), secret);
    const { privateKey: others } = generateKeyPairSync('ed25519');
    writeFileSync(this.path('other.key'), others.export({ type: 'pkcs8', format: 'pem' }), secret);
  }
}

function alice() {
  const roles = ['Administrator', 'Officer', 'Operator', 'Auditor', 'Service'];
  return { id: 'alice', kind: 'person', roles, credentials: [{ uid: process.getuid?.() }] };
}

function officer(person: Approver) {
  return personRecord(person, ['Officer', 'Auditor']);
}

function encrypted(key: Approver['privateKey']): string | Buffer {
  return key.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase });
}
