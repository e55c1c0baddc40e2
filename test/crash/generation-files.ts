import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Name of the secret of a KEK generation, also while no state needs it yet. */
export const generationFile = /^generation-(\d+)\.secret(\.new)?$/;

/** Names of the secrets up to that generation that hold anything but zeros. */
export function secretsLeft(folder: string, generation: number): string[] {
  return readdirSync(folder).filter((name) => {
    const [, number] = generationFile.exec(name) ?? [];
    return Number(number) <= generation && readFileSync(join(folder, name)).some((byte) => byte !== 0);
  });
}
