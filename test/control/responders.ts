import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An HTTP responder on loopback that can be stopped and started again on its port. */
export class Responder {
  port = 0;
  requests = 0;
  private server: Server | undefined;
  private readonly answer: (response: ServerResponse) => void;

  /** By default every request is answered with 200. */
  constructor(answer: (response: ServerResponse) => void = (response) => response.end('fine\n')) {
    this.answer = answer;
  }

  async start(): Promise<this> {
    const server = createServer((_, response) => {
      this.requests++;
      this.answer(response);
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.port, '127.0.0.1', resolve);
    });
    this.port = (server.address() as AddressInfo).port;
    this.server = server;
    return this;
  }

  async stop(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    if (server === undefined) return;
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }
}
