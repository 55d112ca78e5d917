import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { nodeProgram } from '../server-process.ts';
import type { Peer } from './peer.ts';

/** The bare echo: batched receive and send, no DNS work at all. What is left is the kernel's own cost. */
export const echo: Peer = {
  name: 'bare echo',
  answers: false,
  missing: () => (existsSync(entry) ? undefined : 'not built: bench/echo-server.ts'),
  prepare: ({ port }) => ({ program: nodeProgram, args: [entry, String(port)] }),
};

const entry = join(import.meta.dirname, '../echo-server.js');
