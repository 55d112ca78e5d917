import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ecsTarget } from './targets/ecs.ts';
import { mmdbTarget } from './targets/mmdb.ts';
import { packetTarget } from './targets/packet.ts';
import { streamTarget } from './targets/stream.ts';
import { zoneTarget } from './targets/zone.ts';

export const targets = {
  packet: packetTarget,
  ecs: ecsTarget,
  stream: streamTarget,
  zone: zoneTarget,
  mmdb: mmdbTarget,
} as const;
export type TargetName = keyof typeof targets;

/** Inputs that broke something once. */
export function corpusOf(target: TargetName): Uint8Array[] {
  const folder = join('fuzz', 'corpus', target);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .map((file) => new Uint8Array(readFileSync(join(folder, file))));
}
