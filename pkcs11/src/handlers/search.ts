import { CKR } from '../codec/constants/return-values.ts';
import { CryptokiRefusal } from '../codec/refusal.ts';
import { Attributes } from '../objects/attributes.ts';
import type { CallHandlers } from './handler.ts';

/** Handles that a search has found and not given out yet. */
export class Search {
  #found: readonly number[];

  constructor(found: readonly number[]) {
    this.#found = found;
  }

  take(count: number): readonly number[] {
    const taken = this.#found.slice(0, count);
    this.#found = this.#found.slice(count);
    return taken;
  }

  abandon(): void {
    this.#found = [];
  }
}

export const searchHandlers: CallHandlers<'C_FindObjectsInit' | 'C_FindObjects' | 'C_FindObjectsFinal'> = {
  async C_FindObjectsInit(given, { sessions }) {
    const { operations, token } = sessions.get(given.session);
    operations.requireNone('search');
    const found = await token.objects.find(Attributes.ofTemplate(given.template));
    operations.begin('search', new Search(found));
    return {};
  },

  C_FindObjects(given, { sessions }) {
    const search = sessions.get(given.session).operations.get('search');
    if (given.room === null) throw new CryptokiRefusal(CKR.ARGUMENTS_BAD, 'no room for a handle');
    return { objects: search.take(given.room) };
  },

  C_FindObjectsFinal(given, { sessions }) {
    const { operations } = sessions.get(given.session);
    operations.get('search');
    operations.end('search');
    return {};
  },
};
