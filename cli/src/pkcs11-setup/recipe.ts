import type { Installation } from './installation.ts';

/** What recipes are made of. */
export interface Setting extends Installation {
  /** The socket as p11-kit writes it. */
  readonly address: string;
}

/** One kind of application. */
export interface Client {
  readonly about: string;
  recipe(setting: Setting): Recipe;
}

/** How it gets to the socket. */
export interface Recipe {
  /** A configuration file; absent where the environment or a command says all. */
  readonly file?: RecipeFile;
  /** Variables that the application needs in its environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** Commands to type next, each after a comment where it does not speak for itself. */
  readonly commands: readonly string[];
  /** What one would stumble over. */
  readonly remarks: readonly string[];
}

export interface RecipeFile {
  /** Where it is looked for, or a name to choose. */
  readonly place: string;
  /** In its own language, in which `#` starts a comment. */
  readonly text: string;
}

/** The variable by which the client of p11-kit finds a socket. */
export function addressVariable({ address }: Setting): Readonly<Record<string, string>> {
  return { P11_KIT_SERVER_ADDRESS: address };
}
