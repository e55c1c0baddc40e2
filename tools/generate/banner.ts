/** Head of every generated file. */
export const banner = '// Generated from schemas/ by tools/generate.ts. Change the schemas, not this file.\n\n';
