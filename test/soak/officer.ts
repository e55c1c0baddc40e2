import { createPrivateKey } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { type Approver, approver, personRecord } from '../end-to-end/approvers.ts';

/** The second person of the load, who approves what the first one asks for. */
const id = 'olga';

/** Writes the key of a new officer for the process of the load; the person's record for principals.json. */
export function writeOfficer(path: string): ReturnType<typeof personRecord> {
  const person = approver(id);
  const pem = person.privateKey.export({ format: 'pem', type: 'pkcs8' });
  writeFileSync(path, JSON.stringify({ ...person, privateKey: pem }), { mode: 0o600 });
  return personRecord(person, ['Officer']);
}

export function readOfficer(path: string): Approver {
  const written = JSON.parse(readFileSync(path, 'utf8')) as Approver & { readonly privateKey: string };
  return { ...written, privateKey: createPrivateKey(written.privateKey) };
}
