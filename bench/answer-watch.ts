import { createSocket, type Socket } from 'node:dgram';
import { encodeQuery, parseAnswer } from './packets.ts';

/**
 * Asks for one name again and again over several sockets. The kernel gives each source port to one UDP worker
 * for good, so that with enough sockets every worker is watched.
 */
export class AnswerWatch {
  private readonly views: { address: string | undefined; since: number }[] = [];
  private readonly sockets: Socket[] = [];
  private readonly timer: NodeJS.Timeout;

  constructor(port: number, name: string, sockets: number, pauseMs: number) {
    const query = encodeQuery({ name });
    for (let i = 0; i < sockets; i++) {
      const socket = createSocket('udp4');
      const view: { address: string | undefined; since: number } = { address: undefined, since: 0 };
      socket.on('message', (bytes) => {
        const address = parseAnswer(bytes)?.addresses[0];
        if (address === view.address) return;
        view.address = address;
        view.since = performance.now();
      });
      socket.on('error', () => {});
      this.views.push(view);
      this.sockets.push(socket);
    }
    this.timer = setInterval(() => {
      for (const socket of this.sockets) socket.send(query, port, '127.0.0.1');
    }, pauseMs);
  }

  /**
   * Waits until every socket gets `address` first and returns when the last of them began to
   * (`performance.now()`). @throws Error after `limitMs`.
   */
  async settled(address: string, limitMs: number): Promise<number> {
    const end = performance.now() + limitMs;
    while (performance.now() < end) {
      if (this.views.every((view) => view.address === address))
        return Math.max(...this.views.map((view) => view.since));
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error(`not every worker answers ${address} after ${limitMs} ms`);
  }

  close(): void {
    clearInterval(this.timer);
    for (const socket of this.sockets) socket.close();
  }
}
