import type { SuccessionReport } from './succession.ts';

/** How a failover stands of which one tier alone may serve. */
export function successionText({ writer, verdict, problem }: SuccessionReport): string {
  const move = writer?.move;
  if (move !== undefined) {
    const why = problem === undefined ? '' : ` (${problem})`;
    return `moves to ${move.to} under epoch ${move.epoch}: ${stageTexts[move.stage]}${why}`;
  }
  switch (verdict?.kind) {
    case 'closed':
      return 'those that are up are behind, and were waited for';
    case 'wait':
      return verdict.untilMs === undefined ? 'nobody is up' : 'waits for those that are up and behind';
    default:
      return 'in service';
  }
}

const stageTexts = {
  announce: 'the epoch is being stored',
  withdraw: 'workers take up that the old owner is not answered',
  drain: 'answers with the old owner run out',
  fence: 'waits for the fence',
  commit: 'the new owner is being stored',
} as const;
