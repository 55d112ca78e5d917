import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { limits } from '../../src/runtime/limits.ts';
import { MessageBlock } from '../../src/server/mmsg.ts';
import { layout } from '../../src/server/msghdr.ts';

const base = 0x7f00_0000_1000;
const shapes = [
  { family: 4, wildcard: false, answerBytes: 1232 },
  { family: 4, wildcard: true, answerBytes: 512 },
  { family: 6, wildcard: false, answerBytes: 4096 },
  { family: 6, wildcard: true, answerBytes: 1231 },
] as const;

describe('MessageBlock', () => {
  it.each(shapes)('lays out parts that do not touch each other: %o', (shape) => {
    const block = new MessageBlock(shape, () => base);
    const parts: { start: number; end: number; owner: string }[] = [];
    const claim = (address: number, length: number, owner: string): void => {
      expect(address).toBeGreaterThanOrEqual(base);
      expect(address + length).toBeLessThanOrEqual(base + block.memory.byteLength);
      parts.push({ start: address, end: address + length, owner });
    };
    for (let i = 0; i < limits.udpBatch; i++) {
      const receive = headerAt(block, block.receiveHeaders, i);
      claim(block.receiveHeaders + i * layout.header, layout.header, `receive header ${i}`);
      claim(block.sendHeaders + i * layout.header, layout.header, `send header ${i}`);
      claim(receive.name, receive.nameLength, `name ${i}`);
      claim(receive.iov, layout.vector, `vector ${i}`);
      claim(receive.data, receive.dataLength, `packet ${i}`);
      if (shape.wildcard) claim(receive.control, receive.controlLength, `control ${i}`);
      const send = headerAt(block, block.sendHeaders, i);
      claim(send.iov, layout.vector, `send vector ${i}`);
      claim(send.data, shape.answerBytes, `answer ${i}`);
      expect([send.name, send.control]).toEqual([receive.name, receive.control]);
      expect([receive.dataLength, receive.iovCount]).toEqual([limits.udpSlotBytes, 1]);
      expect(receive.controlLength).toBe(shape.wildcard ? (shape.family === 4 ? 32 : 40) : 0);
    }
    parts.sort((a, b) => a.start - b.start);
    const overlaps = parts.filter(({ start }, i) => i > 0 && start < parts[i - 1]!.end);
    expect(overlaps).toEqual([]);
  });

  it('gives views of exactly the memory that the vectors name', () => {
    const block = new MessageBlock(shapes[0], () => base);
    for (let i = 0; i < limits.udpBatch; i++) {
      const [packet, answer] = [block.packets[i]!, block.answers[i]!];
      expect(base + packet.byteOffset).toBe(headerAt(block, block.receiveHeaders, i).data);
      expect(base + answer.byteOffset).toBe(headerAt(block, block.sendHeaders, i).data);
      expect([packet.length, answer.length]).toEqual([limits.udpSlotBytes, 1232]);
    }
  });

  it('aims a send slot at any peer and back', () => {
    const block = new MessageBlock(shapes[1], () => base);
    for (const peer of [5, 5, 63, 0]) {
      block.aim(0, peer, 100 + peer);
      const [send, receive] = [
        headerAt(block, block.sendHeaders, 0),
        headerAt(block, block.receiveHeaders, peer),
      ];
      expect([send.name, send.control, send.dataLength]).toEqual([receive.name, receive.control, 100 + peer]);
    }
  });

  it('starts its parts on a page, wherever the memory lies', () => {
    for (const offset of [0, 16, 4080]) {
      const block = new MessageBlock(shapes[0], () => base + offset);
      expect(block.receiveHeaders % 4096).toBe(0);
      expect(headerAt(block, block.receiveHeaders, 0, base + offset).nameLength).toBe(16);
    }
  });
});

describe.runIf(spawnSync('cc', ['--version']).status === 0)('layout', () => {
  it('is that of the C headers', () => {
    const folder = mkdtempSync(join(tmpdir(), 'layout-'));
    try {
      writeFileSync(join(folder, 'layout.c'), program);
      execFileSync('cc', ['-o', join(folder, 'layout'), join(folder, 'layout.c')]);
      expect(JSON.parse(execFileSync(join(folder, 'layout'), { encoding: 'utf8' }))).toEqual(layout);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

const expressions: Record<keyof typeof layout, string> = {
  header: 'sizeof(struct mmsghdr)',
  name: 'offsetof(struct msghdr, msg_name)',
  nameLength: 'offsetof(struct msghdr, msg_namelen)',
  iov: 'offsetof(struct msghdr, msg_iov)',
  iovCount: 'offsetof(struct msghdr, msg_iovlen)',
  control: 'offsetof(struct msghdr, msg_control)',
  controlLength: 'offsetof(struct msghdr, msg_controllen)',
  flags: 'offsetof(struct msghdr, msg_flags)',
  length: 'offsetof(struct mmsghdr, msg_len)',
  vector: 'sizeof(struct iovec)',
  sockaddr4: 'sizeof(struct sockaddr_in)',
  sockaddr6: 'sizeof(struct sockaddr_in6)',
  sockaddrPort: 'offsetof(struct sockaddr_in6, sin6_port)',
  sockaddr4Address: 'offsetof(struct sockaddr_in, sin_addr)',
  sockaddr6Address: 'offsetof(struct sockaddr_in6, sin6_addr)',
  cmsghdr: 'sizeof(struct cmsghdr)',
  cmsgLevel: 'offsetof(struct cmsghdr, cmsg_level)',
  cmsgType: 'offsetof(struct cmsghdr, cmsg_type)',
  pktinfo4: 'sizeof(struct in_pktinfo)',
  pktinfo6: 'sizeof(struct in6_pktinfo)',
};

const program = `#define _GNU_SOURCE
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/socket.h>
int main(void) {
  printf("{");
${Object.entries(expressions)
  .map(([name, value], i) => `  printf("${i === 0 ? '' : ','}\\"${name}\\":%zu", (size_t)${value});`)
  .join('\n')}
  printf("}");
}
`;

/** Reads one header as the kernel would. */
function headerAt(block: MessageBlock, headers: number, i: number, start = base) {
  const view = new DataView(block.memory);
  const at = headers - start + i * layout.header;
  const pointer = (offset: number) => Number(view.getBigUint64(offset, true));
  const iov = pointer(at + layout.iov);
  return {
    name: pointer(at + layout.name),
    nameLength: view.getUint32(at + layout.nameLength, true),
    iov,
    iovCount: pointer(at + layout.iovCount),
    control: pointer(at + layout.control),
    controlLength: pointer(at + layout.controlLength),
    data: pointer(iov - start),
    dataLength: pointer(iov - start + 8),
  };
}
