import { afterEach, describe, expect, it } from 'vitest';
import type { Clock } from '../../src/runtime/clock.ts';
import { limits } from '../../src/runtime/limits.ts';
import { Backoff } from '../../src/server/backoff.ts';
import { ControlBlock } from '../../src/server/control-block.ts';
import { type WorkerEvent, WorkerLife } from '../../src/server/worker-life.ts';
import type { WorkerSocket } from '../../src/server/worker-messages.ts';
import { emptySnapshot } from './clients.ts';

describe('Backoff', () => {
  it('starts at once after a long life, then waits twice as long each time, up to a bound', () => {
    const backoff = new Backoff();
    const waits = Array.from({ length: 9 }, () => backoff.next(10));
    expect(waits).toEqual([0, 100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]);
    expect(backoff.next(limits.workerStableMs)).toBe(0);
    expect(backoff.next(10)).toBe(100);
  });
});

const lives: { life: WorkerLife; control: ControlBlock }[] = [];
afterEach(async () => {
  for (const { life, control } of lives.splice(0)) {
    control.askToStop();
    await life.stop();
  }
});

/** A life of threads that run `script`, with a clock whose timers fire when the test says so. */
function setUp(script: string) {
  const control = ControlBlock.forWorkers(1);
  const events: WorkerEvent[] = [];
  const released: (readonly WorkerSocket[])[] = [];
  const started: (readonly WorkerSocket[])[] = [];
  const timers: { callback: () => void; delayMs: number }[] = [];
  const waiting: (() => void)[] = [];
  const clock: Clock = {
    now: () => 0,
    monotonicMs: () => 0,
    setTimer: (callback, delayMs) => {
      const timer = { callback, delayMs };
      timers.push(timer);
      return { cancel: () => void timers.splice(timers.indexOf(timer), 1) };
    },
  };
  const life = new WorkerLife({
    name: 'udp 1',
    file: new URL(`data:text/javascript,${encodeURIComponent(prelude + script)}`),
    line: control.line(0),
    clock,
    onEvent: (event) => {
      events.push(event);
      for (const look of waiting) look();
    },
    release: (sockets) => released.push(sockets),
    start: (sockets) => {
      started.push(sockets);
      return {
        worker: 0,
        control: control.buffer,
        counters: new SharedArrayBuffer(8),
        snapshot: emptySnapshot(1),
        seed: 1,
        portable: false,
        proxies: [],
        limiterSecret: [1, 2],
        stream: undefined,
        sockets: sockets.length > 0 ? sockets : [{ address: { host: '127.0.0.1', port: 53 } }],
      };
    },
  });
  lives.push({ life, control });
  /** Resolves when `count` events came. */
  const eventsCame = (count: number): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => void (events.length >= count && resolve());
      waiting.push(look);
      look();
    });
  const fire = (): void => timers.shift()?.callback();
  return { life, control, events, released, started, timers, eventsCame, fire };
}

const prelude = `
  import { parentPort, workerData } from 'node:worker_threads';
  const words = new Int32Array(workerData.control);
  const ready = () => parentPort.postMessage({
    kind: 'ready', sockets: [{ address: { host: '127.0.0.1', port: 5353 }, fd: 7 }] });
`;
const serve = 'ready(); setInterval(() => { if (words[1] !== 0) process.exit(0); }, 5);';

describe('WorkerLife', () => {
  it('resolves its start with the ports', async () => {
    const { life } = setUp(serve);
    expect(await life.start()).toEqual([5353]);
    expect(life.alive).toBe(true);
  });

  it('rejects its start with the reason, and does not try again', async () => {
    const { life, events } = setUp(`parentPort.postMessage({
      kind: 'failed', address: { host: '::1', port: 53 }, reason: 'permission denied' });`);
    await expect(life.start()).rejects.toMatchObject({
      code: 'LISTEN',
      message: 'cannot listen on udp [::1]:53: permission denied',
    });
    await life.stop();
    expect(events).toEqual([]);
  });

  it('rejects its start when the thread throws before it serves', async () => {
    const { life } = setUp(`throw new Error('no memory');`);
    await expect(life.start()).rejects.toThrow('cannot listen on udp 127.0.0.1:53: no memory');
  });

  it('starts again at once with the same sockets, then after a wait with new ones', async () => {
    const { life, events, started, released, timers, eventsCame, fire } = setUp(
      `ready(); setTimeout(() => { throw new Error('a bug'); }, 10);`,
    );
    await life.start();
    for (const restartMs of [0, 100, 200]) {
      await eventsCame(events.length + 1);
      expect(events.at(-1)).toEqual({ kind: 'ended', worker: 'udp 1', reason: 'a bug', restartMs });
      expect(timers.at(-1)!.delayMs).toBe(restartMs);
      fire();
    }
    const kept = [{ address: { host: '127.0.0.1', port: 5353 }, fd: 7 }];
    expect(started).toEqual([[], kept, [], []]);
    expect(released).toEqual([kept, kept]);
    expect(life.restarts).toBe(3);
  });

  it('leaves sockets alone that the thread closed itself', async () => {
    const { life, control, released, started, eventsCame, fire } = setUp(
      'words[64 + 2] = 1; ready(); setTimeout(() => process.exit(1), 200);',
    );
    await life.start();
    expect(control.line(0).closesSockets()).toBe(true);
    await eventsCame(1);
    fire();
    expect(released).toEqual([]);
    expect(started).toEqual([[], []]);
  });

  it('replaces a thread that no longer moves', async () => {
    const { life, events, eventsCame } = setUp('ready(); for (;;);');
    await life.start();
    for (let look = 0; look <= limits.workerWatchMisses; look++) life.watch();
    await eventsCame(2);
    expect(events.map(({ kind }) => kind)).toEqual(['stalled', 'ended']);
  });

  it('lets a thread alone that moves', async () => {
    const { life, control, events } = setUp(serve);
    await life.start();
    for (let look = 0; look < 3 * limits.workerWatchMisses; look++) {
      control.line(0).beat();
      life.watch();
    }
    expect(events).toEqual([]);
  });

  it('ends a thread at the deadline that does not stop by itself', async () => {
    const { life, control, timers, released } = setUp('ready(); for (;;);');
    await life.start();
    control.askToStop();
    const stopped = life.stop();
    expect(timers.map(({ delayMs }) => delayMs)).toEqual([limits.stopMs]);
    timers[0]!.callback();
    await stopped;
    expect(released).toHaveLength(1);
  });

  it('does not start again after a stop in the wait', async () => {
    const { life, started, timers, eventsCame, fire } = setUp(
      'ready(); setTimeout(() => process.exit(1), 200);',
    );
    await life.start();
    await eventsCame(1);
    fire();
    await eventsCame(2);
    await life.stop();
    expect(timers).toEqual([]);
    expect(started).toHaveLength(2);
  });
});
