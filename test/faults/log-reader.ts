import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AuditRecord } from '@ferrohsm/sdk/node';

const bundleWidth = 256;

/** Entries under the checkpoint of a log's folder. */
export function signedSize(log: string): number {
  const [, size] = readFileSync(join(log, 'checkpoint'), 'utf8').split('\n');
  return Number(size);
}

/** Records from an index up to the size under the checkpoint, straight from the bundles (C2SP tlog-tiles). */
export function recordsFrom(log: string, start: number): AuditRecord[] {
  const size = signedSize(log);
  const records: AuditRecord[] = [];
  for (let bundle = Math.floor(start / bundleWidth); bundle * bundleWidth < size; bundle += 1) {
    const skipped = Math.max(0, start - bundle * bundleWidth);
    records.push(...readBundle(log, bundle, size).slice(skipped));
  }
  return records;
}

function readBundle(log: string, bundle: number, size: number): AuditRecord[] {
  const width = Math.min(bundleWidth, size - bundle * bundleWidth);
  const full = join(log, 'tile/entries', bundlePath(bundle));
  const bytes = readFileSync(width === bundleWidth || existsSync(full) ? full : `${full}.p/${width}`);
  const records: AuditRecord[] = [];
  for (let at = 0; records.length < width; ) {
    const end = at + 2 + bytes.readUInt16BE(at);
    records.push(JSON.parse(bytes.toString('utf8', at + 2, end)) as AuditRecord);
    at = end;
  }
  return records;
}

function bundlePath(bundle: number): string {
  const digits = (value: number) => String(value).padStart(3, '0');
  return bundle < 1000 ? digits(bundle) : `x${digits(Math.floor(bundle / 1000))}/${digits(bundle % 1000)}`;
}
