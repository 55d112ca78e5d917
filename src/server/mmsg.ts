import type { QuerySource } from '../query/source.ts';
import { limits } from '../runtime/limits.ts';
import { AF_INET, AF_INET6, MSG_TRUNC } from './libc.ts';
import { layout } from './msghdr.ts';
import { readSource } from './sockaddr.ts';

const IPPROTO_IP = 0;
const IP_PKTINFO = 8;
const IPPROTO_IPV6 = 41;
const IPV6_PKTINFO = 50;

/** Why a received message gets no answer; 0 when it may have one. */
export const Refusal = { NONE: 0, TRUNCATED: 1, SOURCE: 2 } as const;
export type Refusal = (typeof Refusal)[keyof typeof Refusal];

export interface BlockShape {
  readonly family: 4 | 6;
  /** A wildcard socket learns from control data which address was asked, and answers from it. */
  readonly wildcard: boolean;
  readonly answerBytes: number;
}

/**
 * The memory that the kernel and the UDP loop share: `limits.udpBatch` messages to receive and as many to send,
 * laid out once in one zero-filled block that never moves. Slot `i` of an answer may belong to any received slot:
 * `aim` points its header at that slot's peer address and control data, so that those are never copied.
 */
export class MessageBlock {
  readonly shape: BlockShape;
  /** One view for each slot: what was received, and where its answer goes. */
  readonly packets: readonly Uint8Array[];
  readonly answers: readonly Uint8Array[];
  /** Pointers to the first header of each array. */
  readonly receiveHeaders: number;
  readonly sendHeaders: number;
  readonly memory: ArrayBuffer;
  private readonly words: Uint32Array;
  private readonly view: DataView;
  private readonly base: number;
  private readonly offsets: Offsets;
  /** Which received slot each send header points at. */
  private readonly aimed: Int32Array;

  constructor(shape: BlockShape, addressOf: (memory: ArrayBuffer) => number) {
    this.shape = shape;
    const offsets = placeParts(shape);
    this.offsets = offsets;
    this.memory = new ArrayBuffer(offsets.end + PAGE);
    const start = (PAGE - (addressOf(this.memory) % PAGE)) % PAGE;
    this.base = addressOf(this.memory) + start;
    this.words = new Uint32Array(this.memory, start, offsets.end >>> 2);
    this.view = new DataView(this.memory, start, offsets.end);
    this.receiveHeaders = this.base + offsets.receiveHeaders;
    this.sendHeaders = this.base + offsets.sendHeaders;
    const slots = [...new Array(limits.udpBatch).keys()];
    const bytesAt = (offset: number, length: number) => new Uint8Array(this.memory, start + offset, length);
    this.packets = slots.map((i) => bytesAt(offsets.packets + i * limits.udpSlotBytes, limits.udpSlotBytes));
    this.answers = slots.map((i) => bytesAt(offsets.answers + i * offsets.answerStride, shape.answerBytes));
    this.aimed = new Int32Array(limits.udpBatch);
    for (const i of slots) this.layOut(i);
  }

  /** Bytes that the kernel put into slot `i`. */
  received(i: number): number {
    return this.words[(this.offsets.receiveHeaders + i * layout.header + layout.length) >>> 2]!;
  }

  /** Fills `source` with the sender of slot `i`, unless the message cannot be answered. */
  sender(i: number, source: QuerySource): Refusal {
    const header = (this.offsets.receiveHeaders + i * layout.header) >>> 2;
    if ((this.words[header + (layout.flags >>> 2)]! & MSG_TRUNC) !== 0) return Refusal.TRUNCATED;
    const name = this.offsets.names + i * NAME_STRIDE;
    // Family and port in one word: a port of 0 cannot be answered, another family is not of this socket.
    const head = this.words[name >>> 2]!;
    const v4 = this.shape.family === 4;
    const port = head >>> 16;
    if (port === 0 || (head & 0xffff) !== (v4 ? AF_INET : AF_INET6)) return Refusal.SOURCE;
    if (this.shape.wildcard && !this.localAddressKnown(i, header)) return Refusal.SOURCE;
    readSource(
      this.view,
      name + (v4 ? layout.sockaddr4Address : layout.sockaddr6Address),
      this.shape.family,
      source,
    );
    // In network order, and this machine is little-endian.
    source.port = ((port & 0xff) << 8) | (port >>> 8);
    return Refusal.NONE;
  }

  /** Makes send slot `slot` an answer of `length` bytes to the sender of received slot `i`. */
  aim(slot: number, i: number, length: number): void {
    this.words[(this.offsets.sendVectors + slot * layout.vector + 8) >>> 2] = length;
    if (this.aimed[slot] === i) return;
    this.aimed[slot] = i;
    this.pointAt(slot, i);
  }

  /**
   * The kernel wrote which local address was asked, and on which interface. The address stays for the answer;
   * the interface goes, so that the answer is routed like any other, except where an address alone is ambiguous.
   */
  private localAddressKnown(i: number, header: number): boolean {
    const lengthWord = header + (layout.controlLength >>> 2);
    const given = this.words[lengthWord]!;
    this.words[lengthWord] = this.controlBytes();
    const control = this.offsets.controls + i * CONTROL_STRIDE;
    const level = this.words[(control + layout.cmsgLevel) >>> 2];
    const type = this.words[(control + layout.cmsgType) >>> 2];
    const info = control + layout.cmsghdr;
    if (this.shape.family === 4) {
      this.words[info >>> 2] = 0;
      return given >= layout.cmsghdr + layout.pktinfo4 && level === IPPROTO_IP && type === IP_PKTINFO;
    }
    const name = this.offsets.names + i * NAME_STRIDE + layout.sockaddr6Address;
    const linkLocal = (this.view.getUint16(name) & 0xffc0) === 0xfe80;
    if (!linkLocal) this.words[(info + 16) >>> 2] = 0;
    return given >= layout.cmsghdr + layout.pktinfo6 && level === IPPROTO_IPV6 && type === IPV6_PKTINFO;
  }

  private layOut(i: number): void {
    const { offsets, base } = this;
    const receive = offsets.receiveHeaders + i * layout.header;
    this.point(receive + layout.name, base + offsets.names + i * NAME_STRIDE);
    this.words[(receive + layout.nameLength) >>> 2] = this.nameBytes();
    this.point(receive + layout.iov, base + offsets.receiveVectors + i * layout.vector);
    this.words[(receive + layout.iovCount) >>> 2] = 1;
    this.point(offsets.receiveVectors + i * layout.vector, base + offsets.packets + i * limits.udpSlotBytes);
    this.words[(offsets.receiveVectors + i * layout.vector + 8) >>> 2] = limits.udpSlotBytes;
    if (this.shape.wildcard) {
      this.point(receive + layout.control, base + offsets.controls + i * CONTROL_STRIDE);
      this.words[(receive + layout.controlLength) >>> 2] = this.controlBytes();
    }

    const send = offsets.sendHeaders + i * layout.header;
    this.words[(send + layout.nameLength) >>> 2] = this.nameBytes();
    this.point(send + layout.iov, base + offsets.sendVectors + i * layout.vector);
    this.words[(send + layout.iovCount) >>> 2] = 1;
    this.point(offsets.sendVectors + i * layout.vector, base + offsets.answers + i * offsets.answerStride);
    if (this.shape.wildcard) this.words[(send + layout.controlLength) >>> 2] = this.controlBytes();
    this.aimed[i] = i;
    this.pointAt(i, i);
  }

  private pointAt(slot: number, i: number): void {
    const send = this.offsets.sendHeaders + slot * layout.header;
    this.point(send + layout.name, this.base + this.offsets.names + i * NAME_STRIDE);
    if (this.shape.wildcard) {
      this.point(send + layout.control, this.base + this.offsets.controls + i * CONTROL_STRIDE);
    }
  }

  private point(offset: number, address: number): void {
    this.words[offset >>> 2] = address % 2 ** 32;
    this.words[(offset >>> 2) + 1] = Math.floor(address / 2 ** 32);
  }

  private nameBytes(): number {
    return this.shape.family === 4 ? layout.sockaddr4 : layout.sockaddr6;
  }

  /** CMSG_SPACE: header and data, rounded up to 8. */
  private controlBytes(): number {
    const data = this.shape.family === 4 ? layout.pktinfo4 : layout.pktinfo6;
    return (layout.cmsghdr + data + 7) & ~7;
  }
}

const PAGE = 4096;
const CACHE_LINE = 64;
const NAME_STRIDE = 32;
const CONTROL_STRIDE = 64;

interface Offsets {
  readonly receiveHeaders: number;
  readonly sendHeaders: number;
  readonly receiveVectors: number;
  readonly sendVectors: number;
  readonly names: number;
  readonly controls: number;
  readonly packets: number;
  readonly answers: number;
  readonly answerStride: number;
  readonly end: number;
}

function placeParts(shape: BlockShape): Offsets {
  // One line more than it takes: the beginnings of slots that lie 4096 apart would share a few sets of the cache.
  const answerStride = (Math.ceil(shape.answerBytes / CACHE_LINE) + 1) * CACHE_LINE;
  let end = 0;
  const place = (stride: number): number => {
    const start = end;
    end += limits.udpBatch * stride;
    return start;
  };
  return {
    receiveHeaders: place(layout.header),
    sendHeaders: place(layout.header),
    receiveVectors: place(layout.vector),
    sendVectors: place(layout.vector),
    names: place(NAME_STRIDE),
    controls: place(CONTROL_STRIDE),
    packets: place(limits.udpSlotBytes),
    answers: place(answerStride),
    answerStride,
    end,
  };
}
