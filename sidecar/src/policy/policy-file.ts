import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { link, mkdir, open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SidecarError } from '../errors.ts';
import { defaultPolicy } from './default-policy.ts';

export interface PolicyFileOptions {
  readonly path: string;
  /** Uid that the sidecar runs under. */
  readonly uid: number;
  readonly onNotice: (notice: string) => void;
}

const groupOrOthersWrite = 0o022;

/**
 * Reads the Cedar policies of `policy.cedar`. Where there is none, writes the shipped roles, to be edited.
 *
 * @throws SidecarError `config_invalid` for a file that others could write
 */
export async function loadPolicyFile(options: PolicyFileOptions): Promise<string> {
  const text = await readOwned(options);
  if (text !== undefined) return text;
  await writeDefault(options.path);
  options.onNotice('policy.cedar was written with the shipped roles: edit it to say who may do what');
  return defaultPolicy;
}

async function readOwned({ path, uid }: PolicyFileOptions): Promise<string | undefined> {
  // Without O_NONBLOCK a FIFO in its place would hang the start.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return undefined;
    throw new SidecarError('config_invalid', 'policy.cedar cannot be read', { cause });
  });
  if (file === undefined) return undefined;
  try {
    const status = await file.stat();
    if (!status.isFile()) throw new SidecarError('config_invalid', 'policy.cedar is not a plain file');
    const { mode, uid: owner } = status;
    if ((mode & groupOrOthersWrite) !== 0) {
      throw new SidecarError('config_invalid', 'policy.cedar is writable by group or others');
    }
    if (owner !== uid && owner !== 0) throw new SidecarError('config_invalid', `policy.cedar belongs to uid ${owner}`);
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

/** Whole or not at all: the first half of the policies would be a policy without its guards. */
async function writeDefault(path: string): Promise<void> {
  const folder = dirname(path);
  const draft = `${path}.${randomBytes(6).toString('hex')}.new`;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(defaultPolicy);
    await file.sync();
  } finally {
    await file.close();
  }
  // Unlike rename, link never replaces a file that appeared meanwhile.
  await link(draft, path);
  await rm(draft);
  await syncFolder(folder);
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
