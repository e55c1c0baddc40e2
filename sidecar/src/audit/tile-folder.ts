import { type FileContent, type LogFiles, replaceFile, syncFolder, writeDurably } from './files.ts';
import { isAbsent } from './refusal.ts';
import { bundlePath, edgeShape, openingsPath, partialsFolder, tilePath } from './tiles.ts';

/** Known folders are forgotten beyond this number; knowing them only saves work. */
const knownFoldersMax = 1000;

/** The tiles and bundles of a log on disk. Paths are below the log's folder. */
export class TileFolder {
  readonly #files: LogFiles;
  readonly #folder: string;
  /** Folders that exist and whose own names are durable. */
  readonly #known = new Set<string>();

  constructor(files: LogFiles, folder: string) {
    this.#files = files;
    this.#folder = folder;
  }

  read(path: string): Promise<Buffer> {
    return this.#files.read(this.#at(path));
  }

  /** Writes files and makes them and their names durable. */
  async write(contents: readonly FileContent[]): Promise<void> {
    const chains = [...new Set(contents.map(({ path }) => parentOf(path)))].map(chainOf);
    const unknown = new Set(chains.flat().filter((folder) => folder !== '' && !this.#known.has(folder)));
    for (const folder of unknown) await this.#files.makeFolder(this.#at(folder));
    await writeDurably(
      this.#files,
      contents.map(({ path, bytes }) => ({ path: this.#at(path), bytes })),
    );
    const changed = new Set([...chains.map(([folder = '']) => folder), ...[...unknown].map(parentOf)]);
    for (const folder of changed) await syncFolder(this.#files, this.#at(folder));
    this.#learn(unknown);
  }

  /** Replaces a file so that a crash leaves the old one or the new one. */
  async replace(path: string, bytes: Buffer): Promise<void> {
    await replaceFile(this.#files, this.#at(parentOf(path)), path.slice(parentOf(path).length + 1), bytes);
  }

  /** Names in a folder; none when it is absent. */
  async names(path: string): Promise<string[]> {
    try {
      return await this.#files.list(this.#at(path));
    } catch (error) {
      if (isAbsent(error)) return [];
      throw error;
    }
  }

  async remove(path: string): Promise<void> {
    await this.#files.remove(this.#at(path));
    this.#known.delete(path);
  }

  /** Makes the names in a folder durable. */
  async sync(path: string): Promise<void> {
    await syncFolder(this.#files, this.#at(path));
  }

  /** Removes the partial versions of what grew in a tree of `earlierSize` and is full in one of `size`. */
  async removePartials(earlierSize: number, size: number): Promise<void> {
    const later = edgeShape(size);
    for (const { level, index, width } of edgeShape(earlierSize)) {
      if (width === 0 || index === later[level]?.index) continue;
      const besides = level === 0 ? [bundlePath(index), openingsPath(index)] : [];
      const folders = [tilePath(level, index), ...besides].map(partialsFolder);
      for (const folder of folders) {
        await this.#files.remove(this.#at(folder));
        this.#known.delete(folder);
      }
    }
  }

  #learn(folders: Iterable<string>): void {
    if (this.#known.size > knownFoldersMax) this.#known.clear();
    for (const folder of folders) this.#known.add(folder);
  }

  #at(path: string): string {
    return path === '' ? this.#folder : `${this.#folder}/${path}`;
  }
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** A folder and all above it, up to the log's own, which is the empty path. */
function chainOf(folder: string): string[] {
  return folder === '' ? [''] : [folder, ...chainOf(parentOf(folder))];
}
