import { createHash } from 'node:crypto';
import { createReadStream, readdirSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { readFront } from '../backup/backup-reader.ts';
import type { BackupBase, BackupHeader } from '../backup/header.ts';
import { damaged } from '../backup/refusal.ts';
import { sourceOf } from './file-bytes.ts';

/** One file of a chain. */
export interface ChainLink {
  readonly path: string;
  /** Not authentic before the file was opened. */
  readonly header: BackupHeader;
}

/**
 * What a backup says of itself, to anybody: nothing of it is verified.
 *
 * @throws SidecarError `data_invalid`
 */
export async function readBackupHeader(path: string): Promise<BackupHeader> {
  await using file = await open(path, 'r');
  return (await readFront(await sourceOf(file))).header;
}

/**
 * A backup and what it continues, the newest first. Each file is, to the byte, the one that the next newer names.
 *
 * @param bases files of that chain, or folders with some of them; the folder of the backup is one of those
 * @throws SidecarError `data_invalid` for a gap, a file that is another than the one that is named, and one that is no part
 */
export async function chainOf(path: string, bases: readonly string[]): Promise<ChainLink[]> {
  const folders = bases.filter((base) => statSync(base).isDirectory());
  const named = await Promise.all(bases.filter((base) => !folders.includes(base)).map(linkOf));
  const newest = await linkOf(path);
  const chain = [newest];
  const found = newest.header.base === undefined ? [] : await linksIn([...folders, dirname(path)]);
  for (let { base } = newest.header; base !== undefined; ) {
    const link = await linkNamed(base, [...named, ...found], chain.at(-1) as ChainLink);
    chain.push(link);
    base = link.header.base;
  }
  for (const { path: unused, header } of named) {
    if (chain.every((link) => link.header.id !== header.id)) {
      throw damaged(`${basename(unused)} is ${header.id}, which ${newest.header.id} does not continue`);
    }
  }
  return chain;
}

/** Of several files that say that they are the base, the first that is. */
async function linkNamed(base: BackupBase, links: readonly ChainLink[], newer: ChainLink): Promise<ChainLink> {
  const { id, log } = newer.header;
  const candidates = links.filter(({ header }) => header.id === base.id);
  const [first] = candidates;
  if (first === undefined) throw damaged(`${id} continues ${base.id}, which is missing: name its file or folder`);
  for (const link of candidates) {
    if (link.header.stateRoot !== base.stateRoot || link.header.log.origin !== log.origin) continue;
    if ((await digestOf(link.path)) === base.sha256) return link;
  }
  throw damaged(`${basename(first.path)} is not the ${base.id} that ${id} continues`);
}

async function linkOf(path: string): Promise<ChainLink> {
  return { path, header: await readBackupHeader(path) };
}

/** Files that are no backups are somebody else's. */
async function linksIn(folders: readonly string[]): Promise<ChainLink[]> {
  const paths = folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.fhbk'))
      .map((name) => join(folder, name)),
  );
  const links = await Promise.allSettled(paths.map(linkOf));
  return links.flatMap((link) => (link.status === 'fulfilled' ? [link.value] : []));
}

/** SHA-256 of a whole file, base64url. */
async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) hash.update(chunk);
  return hash.digest('base64url');
}
