import { Flag, Rcode, typeName } from '../../src/dns/constants.ts';
import { formatName } from '../../src/dns/names.ts';
import { formatRdata } from '../../src/dns/rdata.ts';
import type { Message, MessageRecord } from '../../src/dns/reader.ts';
import { formatAddress } from '../../src/ip/address.ts';

/**
 * A message as lines: `NOERROR aa ecs 198.51.100.0/24/20`, then a line for each record, answers bare, others behind
 * the name of their section.
 */
export function say(message: Message): string[] {
  return [
    [rcodeName(message.rcode), ...flagNames(message.flags), ...subnetWords(message)].join(' '),
    ...message.answer.map(sayRecord),
    ...message.authority.map((record) => `authority ${sayRecord(record)}`),
    ...message.additional.map((record) => `additional ${sayRecord(record)}`),
  ];
}

export function rcodeName(rcode: number): string {
  return Object.entries(Rcode).find((entry) => entry[1] === rcode)?.[0] ?? String(rcode);
}

/** `owner TTL type data`. */
export function sayRecord({ owner, ttlSeconds, type, rdata }: MessageRecord): string {
  return `${formatName(owner)} ${ttlSeconds} ${typeName(type)} ${formatRdata(type, rdata)}`;
}

/** Flags of an answer but QR, which is checked by the world. */
function flagNames(flags: number): string[] {
  return (['AA', 'TC', 'RD', 'RA', 'AD', 'CD'] as const)
    .filter((name) => (flags & Flag[name]) !== 0)
    .map((name) => name.toLowerCase());
}

function subnetWords({ edns }: Message): string[] {
  const subnet = edns?.subnet;
  if (subnet === undefined) return [];
  const bytes = new Uint8Array(subnet.family === 4 ? 4 : 16);
  bytes.set(subnet.address);
  return [`ecs ${formatAddress({ family: subnet.family, bytes })}/${subnet.source}/${subnet.scope}`];
}
