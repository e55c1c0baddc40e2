export { connect, type SocketConnectOptions } from './client/connect-node.ts';
export * from './index.ts';
export * from './transparency/log-reading.ts';
