import type { FerroHsm, Pkcs11Object } from '@ferrohsm/sdk/node';
import { type CommandDescription, connected } from '../command.ts';
import { isoTime } from '../named-key.ts';
import { gathered } from '../pages.ts';
import { bytesOf, labelOf } from '../pkcs11-object-text.ts';

interface ListOptions {
  readonly all?: boolean;
}

export const pkcs11ObjectsList: CommandDescription = {
  usage: 'list',
  summary: 'List what you stored through PKCS#11: certificates, public keys, data, and what is said about keys.',
  examples: `
# Your own
ferrohsm pkcs11 objects list

# Those of everybody, as far as you may see them
ferrohsm pkcs11 objects list --all

# For a script, with all attributes
ferrohsm pkcs11 objects list --json`,
  options: (command) => {
    command.option('--all', 'also those of others');
  },
  action: connected<ListOptions>(async ({ sidecar, options: { all = false }, output }) => {
    const objects = await gathered(storedObjects(sidecar, all));
    await output.table({ objects }, ['ID', 'OWNER', 'KIND', 'KEY', 'LABEL', 'BYTES', 'CHANGED'], objects.map(rowOf));
    if (objects.length === 0) output.note('no objects');
  }),
};

async function* storedObjects(sidecar: FerroHsm, all: boolean): AsyncGenerator<Pkcs11Object> {
  let cursor: string | undefined;
  do {
    const page = await sidecar.call('pkcs11Objects.list', { all, ...(cursor !== undefined && { cursor }) });
    yield* page.records;
    cursor = page.nextCursor;
  } while (cursor !== undefined);
}

function rowOf(record: Pkcs11Object): string[] {
  const { id, owner, kind, key = '', updatedAt } = record;
  return [id, owner, kind, key, labelOf(record), `${bytesOf(record)}`, isoTime(updatedAt)];
}
