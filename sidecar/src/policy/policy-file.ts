import { constants } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
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
  const file = await open(path, constants.O_RDONLY).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return undefined;
    throw new SidecarError('config_invalid', 'policy.cedar cannot be read', { cause });
  });
  if (file === undefined) return undefined;
  try {
    const { mode, uid: owner } = await file.stat();
    if ((mode & groupOrOthersWrite) !== 0) {
      throw new SidecarError('config_invalid', 'policy.cedar is writable by group or others');
    }
    if (owner !== uid && owner !== 0) throw new SidecarError('config_invalid', `policy.cedar belongs to uid ${owner}`);
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

async function writeDefault(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(defaultPolicy);
    await file.sync();
  } finally {
    await file.close();
  }
}
