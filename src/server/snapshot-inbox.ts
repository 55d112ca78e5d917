import type { MessagePort } from 'node:worker_threads';
import { receiveMessageOnPort } from 'node:worker_threads';
import type { QueryContext } from '../query/context.ts';
import type { SnapshotBuffers } from '../snapshot/buffers.ts';
import type { ControlBlock, WorkerLine } from './control-block.ts';
import { Tally } from './control-block.ts';
import { weighShared } from './shared-garbage.ts';
import type { Publication, TlsIdentity } from './worker-messages.ts';

/**
 * Takes published snapshots into a worker's context without an event loop. `refresh` is one load of a shared word
 * when nothing changed, cheap enough to stand between each receive and its answers.
 */
export class SnapshotInbox {
  /** Where certificates go; only the stream worker is sent any. */
  onIdentities: (identities: readonly TlsIdentity[]) => void = () => {};
  private seen: number;
  private readonly port: MessagePort;
  private readonly control: ControlBlock;
  private readonly line: WorkerLine;
  private readonly context: QueryContext;

  constructor(
    port: MessagePort,
    control: ControlBlock,
    line: WorkerLine,
    context: QueryContext,
    first: SnapshotBuffers,
  ) {
    this.port = port;
    this.control = control;
    this.line = line;
    this.context = context;
    context.adopt(first);
    line.tellAdopted(first.generation | 0);
    this.seen = first.generation | 0;
  }

  /** Adopts the newest published snapshot. Never throws: what cannot be adopted leaves the last one in place. */
  refresh(): void {
    const announced = this.control.generation();
    if (announced !== this.seen) this.take(announced);
  }

  private take(announced: number): void {
    this.seen = announced;
    let newest: SnapshotBuffers | undefined;
    let shown: readonly TlsIdentity[] | undefined;
    for (
      let item = receiveMessageOnPort(this.port);
      item !== undefined;
      item = receiveMessageOnPort(this.port)
    ) {
      const { snapshot, newBytes, identities } = item.message as Publication;
      weighShared(newBytes);
      if (newest === undefined || snapshot.generation > newest.generation) newest = snapshot;
      shown = identities ?? shown;
    }
    if (shown !== undefined) this.guard(() => this.onIdentities(shown));
    if (newest === undefined || newest.generation <= this.context.generation) return;
    this.guard(() => {
      this.context.adopt(newest);
      this.line.tellAdopted(newest.generation | 0);
    });
  }

  private guard(action: () => void): void {
    try {
      action();
    } catch {
      this.line.tally[Tally.FAULTS]!++;
    }
  }
}
