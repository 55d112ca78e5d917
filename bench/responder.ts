import { createServer, type Server } from 'node:http';

/** What a monitor probes: an HTTP responder that can fail or vanish, and remembers when it was asked. */
export class Responder {
  /** `performance.now()` at which each 503, and each 200, since the last `turn` had been written. */
  readonly failures: number[] = [];
  readonly successes: number[] = [];
  private healthy = true;
  private readonly server: Server;

  private constructor() {
    this.server = createServer((_request, response) => {
      const list = this.healthy ? this.successes : this.failures;
      response.writeHead(this.healthy ? 200 : 503, { 'content-type': 'text/plain' });
      response.end('bench\n', () => list.push(performance.now()));
    });
  }

  static async listen(): Promise<Responder> {
    const responder = new Responder();
    await new Promise<void>((resolve) => responder.server.listen(0, '127.0.0.1', resolve));
    return responder;
  }

  get port(): number {
    const address = this.server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  /** Answers 200 from now on, or 503. */
  turn(healthy: boolean): void {
    this.healthy = healthy;
    this.failures.length = 0;
    this.successes.length = 0;
  }

  /** Closes the port and all connections, like a process that was killed. */
  async kill(): Promise<void> {
    if (!this.server.listening) return;
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }
}
