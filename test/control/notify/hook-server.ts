import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** How one request is answered. */
export type Answer = (response: ServerResponse) => void;

export const status =
  (code: number): Answer =>
  (response) =>
    response.writeHead(code).end();

/** Takes posts on loopback and answers them one after the other; the last answer holds for all that come later. */
export class HookServer {
  readonly received: Received[] = [];
  answers: Answer[] = [status(200)];
  private readonly server: Server;

  constructor(identity?: { readonly key: string; readonly cert: string }) {
    const take = (request: IncomingMessage, response: ServerResponse): void => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk) => chunks.push(chunk));
      request.on('end', () => {
        const { method = '', url: path = '', headers } = request;
        this.received.push({ method, path, headers, body: Buffer.concat(chunks).toString() });
        const answer = this.answers.length > 1 ? this.answers.shift()! : this.answers[0]!;
        answer(response);
      });
    };
    this.server = identity === undefined ? createServer(take) : createTlsServer(identity, take);
    this.server.on('tlsClientError', () => {});
  }

  async start(): Promise<number> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return (this.server.address() as AddressInfo).port;
  }

  /** Ids of the events that came, in their order. */
  get ids(): number[] {
    return this.received.map(({ body }) => (JSON.parse(body) as { event: { id: number } }).event.id);
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }
}
