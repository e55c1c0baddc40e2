/** What makes a change repeatable: the same three again answer the first outcome instead of changing twice. */
export interface ChangeRequest {
  /** Chosen by the client. */
  readonly requestId: string;
  /** Hash of the whole request as it was frozen. */
  readonly requestDigest: string;
  /** Id of the principal; each has its own request ids. */
  readonly principal: string;
  /** Asked in the very moment of the change: throws when the decision that let it through no longer counts. */
  readonly requireCurrent?: (() => void) | undefined;
}

/** JSON documents by kind and id, authenticated like keys but not sealed: nothing secret belongs into one. */
export interface Documents {
  get<Value>(kind: string, id: string): Promise<Value | undefined>;
  /** Documents of a kind in the byte order of their escaped ids. */
  list<Value>(kind: string, query: DocumentQuery): Promise<ListedDocument<Value>[]>;
  /**
   * Runs `work` in one durable transaction, which what it throws undoes. With a request, its result is kept and answered
   * again to the same request; it must be JSON.
   *
   * @throws SidecarError `request_conflict` for a requestId that belongs to another request
   * @example await documents.change((changes) => changes.put('group', 'ops', { members: [] }))
   */
  change<Result>(work: (changes: DocumentChanges) => Result, request?: ChangeRequest): Promise<Result>;
  /**
   * The result of a change that was already made.
   *
   * @throws SidecarError `request_conflict`
   */
  result<Result>(request: ChangeRequest): Promise<Result | undefined>;
}

export interface DocumentChanges {
  get<Value>(kind: string, id: string): Value | undefined;
  /** `value` must be JSON without undefined members. */
  put(kind: string, id: string, value: object): void;
  /** Removes a document that is there. */
  delete(kind: string, id: string): void;
}

export interface DocumentQuery {
  /** Only ids behind this one. */
  readonly after?: string;
  readonly limit: number;
}

export interface ListedDocument<Value> {
  readonly id: string;
  readonly value: Value;
}

const pageDocuments = 1000;

/**
 * Every document of a kind, in the order of `list`.
 *
 * @example for (const { id, value } of await allDocuments<Group>(documents, 'group')) groups.set(id, value);
 */
export async function allDocuments<Value>(documents: Documents, kind: string): Promise<ListedDocument<Value>[]> {
  const all: ListedDocument<Value>[] = [];
  for (let after: string | undefined; ; after = all.at(-1)?.id) {
    const query = { limit: pageDocuments, ...(after !== undefined && { after }) };
    const page = await documents.list<Value>(kind, query);
    all.push(...page);
    if (page.length < pageDocuments) return all;
  }
}
