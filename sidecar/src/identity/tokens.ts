import { createHash, randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';

const tokenBytes = 32;

/** A new bearer token and the digest that the configuration holds in its place. */
export interface NewToken {
  /** 32 random bytes, base64url. */
  readonly token: string;
  /** SHA-256 of the token's text, base64url: the value of `tokenSha256` in `principals.json`. */
  readonly sha256: string;
}

/** @example const { token, sha256 } = createToken(); */
export function createToken(random: (length: number) => Buffer = randomBytes): NewToken {
  const token = random(tokenBytes).toString('base64url');
  return { token, sha256: tokenDigest(token).toString('base64url') };
}

/** SHA-256 of the token's text. A token has 256 random bits, so a plain digest cannot be guessed back. */
export function tokenDigest(token: string): Buffer {
  return createHash('sha256').update(token, 'utf8').digest();
}

/** Writes the token to a new file that only its owner can read; an existing file is refused with `EEXIST`. */
export async function writeTokenFile(path: string, token: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(`${token}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
}
