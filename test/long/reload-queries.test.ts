import { createSocket } from 'node:dgram';
import { afterEach, describe, expect, it } from 'vitest';
import type { Service } from '../../src/control/service.ts';
import { encodeQuery } from '../control/ask.ts';
import { freePort, metric, Site, standardZone } from '../control/site.ts';
import { until } from '../control/until.ts';

let site: Site;
afterEach(() => site.close());

const london = { name: 'app.example.com', subnet: '81.2.69.0/24' } as const;

describe('queries during reloads', () => {
  it('are all answered, and counted once, whatever is replaced', async () => {
    const port = await freePort();
    const parts = (workers: number) => ({
      listen: { dns: [`127.0.0.1:${port}`], http: '127.0.0.1:0', workers },
    });
    site = new Site();
    site.configure(parts(1));
    const service = await site.start();
    const stream = new Stream(port);
    const seen: number[] = [];
    for (let round = 0; round < 20; round++) {
      if (round % 5 === 4) site.configure(parts(1 + (round % 2)));
      else site.write('example.zone', standardZone.replace('"static"', `"round ${round}"`));
      expect(await service.reload('test')).toBe(true);
      seen.push((await answered(service)) ?? 0);
    }
    await stream.stop();
    expect(stream.sent).toBeGreaterThan(500);
    expect(stream.lost()).toBe(0);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(await answered(service)).toBe(stream.sent);
    expect(await metric(service, 'meridian_worker_restarts_total{worker="udp 1"}')).toBe(0);
  });
});

async function answered(service: Service): Promise<number | undefined> {
  return metric(service, 'meridian_answers_total{policy="app",region="eu-west"}');
}

/** A client that keeps some queries under way. */
class Stream {
  sent = 0;
  private answers = 0;
  private readonly socket = createSocket({ type: 'udp4', recvBufferSize: 4 * 1024 * 1024 });
  private readonly timer: NodeJS.Timeout;

  constructor(port: number) {
    this.socket.on('message', () => this.answers++);
    this.timer = setInterval(() => {
      for (let i = 0; i < 5; i++) {
        this.sent++;
        this.socket.send(encodeQuery(london, this.sent & 0xffff), port, '127.0.0.1');
      }
    }, 5);
  }

  lost(): number {
    return this.sent - this.answers;
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await until(() => this.lost() === 0, 5_000).catch(() => {});
    this.socket.close();
  }
}
