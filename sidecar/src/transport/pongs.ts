import type { WebSocket } from 'ws';

/**
 * Answers pings, with no more than one answer on its way: a peer that pings and does not read would pile them up.
 * RFC 6455 section 5.5.3 lets the answer to the latest ping stand for all.
 */
export function answerPings(webSocket: WebSocket): void {
  let isSending = false;
  let latest: Buffer | undefined;

  function send(data: Buffer): void {
    isSending = true;
    webSocket.pong(data, false, (error) => {
      isSending = false;
      const next = latest;
      latest = undefined;
      if (next !== undefined && !error) send(next);
    });
  }
  webSocket.on('ping', (data) => {
    if (isSending) latest = Buffer.from(data);
    else send(data);
  });
}
