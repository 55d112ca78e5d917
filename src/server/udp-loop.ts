import { parseAddress } from '../ip/address.ts';
import type { QueryContext } from '../query/context.ts';
import type { respond } from '../query/respond.ts';
import { QuerySource } from '../query/source.ts';
import { limits } from '../runtime/limits.ts';
import { detachUdpSocket } from './bound-socket.ts';
import type { ControlBlock, WorkerLine } from './control-block.ts';
import { Tally } from './control-block.ts';
import type { Libc } from './libc.ts';
import { EAGAIN, EINTR, errorText, MSG_DONTWAIT, MSG_WAITFORONE, POLLIN } from './libc.ts';
import { MessageBlock, Refusal } from './mmsg.ts';
import { layout } from './msghdr.ts';
import type { ProxyNetworks } from './proxy-networks.ts';
import type { SnapshotInbox } from './snapshot-inbox.ts';
import { isWildcard } from './sockaddr.ts';

export interface UdpSocket {
  readonly host: string;
  readonly fd: number;
}

export interface UdpLoopParts {
  readonly libc: Libc;
  readonly sockets: readonly UdpSocket[];
  readonly control: ControlBlock;
  readonly line: WorkerLine;
  readonly inbox: SnapshotInbox;
  readonly context: QueryContext;
  readonly respond: typeof respond;
  readonly nowSeconds: () => number;
  readonly nowMs: () => number;
  readonly proxies: ProxyNetworks;
}

/**
 * Serves UDP sockets with two system calls for each batch of queries: recvmmsg, answer in place, sendmmsg.
 * Blocks its thread; looks at the control words at least every `limits.udpWaitMs`.
 */
export class UdpLoop {
  private readonly libc: Libc;
  private readonly control: ControlBlock;
  private readonly line: WorkerLine;
  private readonly tally: Float64Array;
  private readonly inbox: SnapshotInbox;
  private readonly context: QueryContext;
  private readonly answer: typeof respond;
  private readonly nowSeconds: () => number;
  private readonly nowMs: () => number;
  private readonly source = new QuerySource();
  private readonly proxies: ProxyNetworks;
  private readonly proxied: boolean;
  private readonly bound: readonly Bound[];
  /** `struct pollfd` for each socket: fd, wanted and seen events. */
  private readonly pollSet: Int32Array<ArrayBuffer>;
  private readonly pollAddress: number;
  private failures = 0;

  constructor(parts: UdpLoopParts) {
    this.libc = parts.libc;
    this.control = parts.control;
    this.line = parts.line;
    this.tally = parts.line.tally;
    this.inbox = parts.inbox;
    this.context = parts.context;
    this.answer = parts.respond;
    this.nowSeconds = parts.nowSeconds;
    this.nowMs = parts.nowMs;
    this.proxies = parts.proxies;
    this.proxied = !parts.proxies.empty;
    this.bound = shareBlocks(parts);
    this.pollSet = new Int32Array(2 * this.bound.length);
    this.bound.forEach(({ fd }, i) => {
      this.pollSet[2 * i] = fd;
      this.pollSet[2 * i + 1] = POLLIN;
    });
    this.pollAddress = this.libc.addressOf(this.pollSet.buffer);
  }

  /** Serves until the control block says stop, then answers what the sockets still hold. */
  run(): void {
    while (!this.control.stopping()) this.turn();
    for (const { fd, host } of this.bound) detachUdpSocket(this.libc, fd, host);
    this.drain();
  }

  /** Waits for queries, at most `limits.udpWaitMs`, and answers those that came. */
  turn(): void {
    this.line.beat();
    if (this.bound.length === 1) this.serve(this.bound[0]!, MSG_WAITFORONE);
    else this.servePolled();
  }

  /** Answers until nothing has come for a moment: another core may still be putting a packet into a socket. */
  private drain(): void {
    for (let i = 0; i < limits.udpDrainBatches; i++) {
      let received = 0;
      for (const bound of this.bound) received += this.serve(bound, MSG_DONTWAIT);
      if (received > 0) continue;
      if (this.libc.poll(this.pollAddress, this.bound.length, limits.udpDrainQuietMs) <= 0) return;
    }
  }

  /** One address needs no poll. With several, a socket that fills a whole batch is served again without one. */
  private servePolled(): void {
    const ready = this.libc.poll(this.pollAddress, this.bound.length, limits.udpWaitMs);
    if (ready < 0) this.noteFailure('poll');
    if (ready <= 0) {
      this.inbox.refresh();
      return;
    }
    for (let i = 0; i < this.bound.length; i++) {
      if (this.pollSet[2 * i + 1]! >>> 16 === 0) continue;
      for (let k = 0; k < FULL_BATCHES && this.serve(this.bound[i]!, MSG_DONTWAIT) === limits.udpBatch; k++);
    }
  }

  /** Receives one batch and answers it. Returns how many queries came; 0 for none or an error. */
  private serve(bound: Bound, flags: number): number {
    const { fd, block } = bound;
    const received = this.libc.recvmmsg(fd, block.receiveHeaders, limits.udpBatch, flags, 0);
    if (received <= 0) {
      if (received < 0) this.noteFailure('recvmmsg');
      this.inbox.refresh();
      return 0;
    }
    this.failures = 0;
    this.inbox.refresh();
    this.context.log.stamp();
    this.context.nowSeconds = this.nowSeconds();
    this.context.nowMs = this.nowMs() | 0;
    const answers = this.proxied ? this.answerProxied(block, received) : this.answerBatch(block, received);
    this.tally[Tally.RECEIVED]! += received;
    if (answers > 0) this.send(fd, block, answers);
    return received;
  }

  /** Answers `received` slots in place and returns how many answers stand in the send slots. */
  private answerBatch(block: MessageBlock, received: number): number {
    let answers = 0;
    for (let i = 0; i < received; i++) {
      if (!this.maySend(block, i)) continue;
      answers += this.answerOne(block, i, block.packets[i]!, block.received(i), answers);
    }
    return answers;
  }

  /** The same where some peers put a PROXY header before the query; the answer goes to them without one. */
  private answerProxied(block: MessageBlock, received: number): number {
    let answers = 0;
    for (let i = 0; i < received; i++) {
      if (!this.maySend(block, i)) continue;
      const packet = block.packets[i]!;
      const length = block.received(i);
      const skipped = this.proxies.skipHeader(packet, length, this.source);
      if (skipped < 0) this.tally[Tally.PROXY_MISSING]!++;
      else answers += this.answerOne(block, i, packet.subarray(skipped), length - skipped, answers);
    }
    return answers;
  }

  /** Takes down who sent slot `i`; false when it gets no answer. */
  private maySend(block: MessageBlock, i: number): boolean {
    const refusal = block.sender(i, this.source);
    if (refusal === Refusal.NONE) return true;
    this.tally[refusal === Refusal.TRUNCATED ? Tally.TRUNCATED : Tally.UNANSWERABLE]!++;
    return false;
  }

  /** Answers the query of slot `i` in send slot `slot`; returns how many slots that took. */
  private answerOne(block: MessageBlock, i: number, packet: Uint8Array, bytes: number, slot: number): number {
    const out = block.answers[slot]!;
    let length = 0;
    try {
      length = this.answer(packet, bytes, this.source, this.context, out);
    } catch {
      this.tally[Tally.FAULTS]!++;
    }
    if (length > out.length) this.tally[Tally.FAULTS]!++;
    else if (length > 0) {
      block.aim(slot, i, length);
      return 1;
    }
    return 0;
  }

  /** Sends all answers; one that the kernel refuses is dropped, so that it cannot hold up the others. */
  private send(fd: number, block: MessageBlock, answers: number): void {
    let done = 0;
    let lost = 0;
    while (done < answers) {
      const sent = this.libc.sendmmsg(fd, block.sendHeaders + done * layout.header, answers - done, 0);
      if (sent > 0) {
        done += sent;
        continue;
      }
      const errno = this.libc.errno();
      if (errno === EINTR) continue;
      // A full send buffer has already cost a time-out: the rest of the batch would wait as long each.
      const dropped = errno === EAGAIN ? answers - done : 1;
      done += dropped;
      lost += dropped;
    }
    this.tally[Tally.ANSWERED]! += answers - lost;
    if (lost > 0) this.tally[Tally.SEND_ERRORS]! += lost;
  }

  /** A time-out is no failure. Anything else may pass, but a socket that only fails must not burn a core. */
  private noteFailure(call: string): void {
    const errno = this.libc.errno();
    if (errno === EAGAIN || errno === EINTR) return;
    if (++this.failures >= limits.udpFailures) throw new Error(`${call}: ${errorText(errno)}`);
  }
}

interface Bound extends UdpSocket {
  readonly block: MessageBlock;
}

/** How often a busy socket may go first before the others are looked at. */
const FULL_BATCHES = 8;

/** One block of memory for all sockets of a kind: they are served one after another, and caches are small. */
function shareBlocks({ libc, sockets }: UdpLoopParts): Bound[] {
  const blocks = new Map<string, MessageBlock>();
  return sockets.map(({ host, fd }) => {
    const address = parseAddress(host)!;
    const shape = {
      family: address.family,
      wildcard: isWildcard(address),
      answerBytes: limits.udpSlotBytes,
    };
    const key = `${shape.family} ${shape.wildcard}`;
    const block = blocks.get(key) ?? new MessageBlock(shape, libc.addressOf);
    blocks.set(key, block);
    return { fd, host, block };
  });
}
