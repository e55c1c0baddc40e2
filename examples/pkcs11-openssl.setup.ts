export { setUp } from './pkcs11/setup.ts';
