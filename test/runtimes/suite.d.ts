/** Names of the cases in the order in which they run. */
export declare const caseNames: readonly string[];
