import type { Kind, KindValues } from '../value-kinds.ts';

/** The arguments or results of a call, in the order in which they travel. */
export type Fields = Readonly<Record<string, Kind>>;

export interface CallShape {
  /** The number of the call on the wire. */
  readonly id: number;
  readonly request: Fields;
  readonly response: Fields;
}

/** What fields are once they are read. */
export type ValuesOf<F extends Fields> = { readonly [Name in keyof F]: KindValues[F[Name]] };
