import { readFileSync } from 'node:fs';
import { limits } from '../runtime/limits.ts';

/**
 * What to tell the operator when so many connections need more open files than this process may have; undefined when
 * it may, or where nobody can say. Node has raised the soft limit to the hard one at its start.
 */
export function fewOpenFiles(connections: number, table = limitsOfProcess()): string | undefined {
  const [, soft, hard] = /^Max open files +(\S+) +(\S+)/m.exec(table) ?? [];
  const wanted = connections + limits.otherOpenFiles;
  if (soft === undefined || soft === 'unlimited' || Number(soft) >= wanted) return undefined;
  return (
    `this process may open ${soft} files (hard limit ${hard}), and listen.tcp.connections is ${connections}: connections ` +
    `and probes will fail before that many are open. Set LimitNOFILE of the unit, or ulimit -n, to at least ${wanted}, ` +
    'or set fewer connections'
  );
}

function limitsOfProcess(): string {
  try {
    return readFileSync('/proc/self/limits', 'latin1');
  } catch {
    return '';
  }
}
