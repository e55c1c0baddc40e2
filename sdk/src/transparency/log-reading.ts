export { DamagedEntryError } from './damaged-log-error.ts';
export { type LogHead, type LogHeadOptions, readLogHead } from './log-head.ts';
export { type RecordReading, readRecord } from './record-form.ts';
export { SignedTree } from './signed-tree.ts';
export { readEntries, type TilePlace, tileWidth } from './tile-source.ts';
