import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { findProgram, nodeProgram } from '../server-process.ts';
import type { Peer } from './peer.ts';

/** Batched receive and send in C, no DNS work at all: the kernel's own cost, which nobody can undercut. */
export const kernelEcho: Peer = {
  name: 'C echo',
  answers: false,
  missing() {
    if (!existsSync(source)) return 'not there: bench/echo.c';
    return findProgram('cc') ? undefined : 'not installed: gcc';
  },
  prepare({ directory, port }) {
    const program = join(directory, 'echo');
    execFileSync('cc', ['-O2', '-o', program, source]);
    return { program, args: [String(port)] };
  },
};

/** The same loop in JavaScript: what is on top of it is Meridian's own work on a query. */
export const scriptEcho: Peer = {
  name: 'JavaScript echo',
  answers: false,
  missing: () => (existsSync(script) ? undefined : 'not built: bench/echo-server.ts'),
  prepare: ({ port }) => ({ program: nodeProgram, args: [script, 'bare', String(port)] }),
};

const source = resolve(import.meta.dirname, '../../../bench/echo.c');
const script = join(import.meta.dirname, '../echo-server.js');
