import { createServer, type Server } from 'node:http';

/** What a monitor probes: an HTTP responder that can fail, fall silent or vanish, and remembers when it was asked. */
export class Responder {
  /** `performance.now()` at which each 503, and each 200, since the last `turn` had been written. */
  readonly failures: number[] = [];
  readonly successes: number[] = [];
  private readonly host: string;
  private healthy = true;
  private silent = false;
  private readonly server: Server;

  private constructor(host: string) {
    this.host = host;
    this.server = createServer((_request, response) => {
      if (this.silent) return;
      const list = this.healthy ? this.successes : this.failures;
      response.writeHead(this.healthy ? 200 : 503, { 'content-type': 'text/plain' });
      response.end('bench\n', () => list.push(performance.now()));
    });
  }

  static async listen(host = '127.0.0.1'): Promise<Responder> {
    const responder = new Responder(host);
    await new Promise<void>((resolve) => responder.server.listen(0, host, resolve));
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

  /** `address:port`. */
  get place(): string {
    return `${this.host}:${this.port}`;
  }

  /** Takes connections and requests from now on, and says nothing. */
  fallSilent(): void {
    this.silent = true;
  }

  /** Closes the port and all connections, like a process that was killed. */
  async kill(): Promise<void> {
    if (!this.server.listening) return;
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }
}
