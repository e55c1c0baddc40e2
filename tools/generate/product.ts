/** What every published document says of its subject. */
export const title = 'FerroHSM';
export const license = Object.freeze({ name: 'Apache-2.0' });
