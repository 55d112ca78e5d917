import type { GeoFixture } from './fixtures.ts';

/** How much is measured: seconds and repetitions. */
export interface Plan {
  readonly rounds: number;
  readonly roundSeconds: number;
  readonly warmSeconds: number;
  readonly reloads: number;
  readonly reloadSeconds: number;
  /** Down and up again, each. */
  readonly publishTrials: number;
  /** Endpoints killed, each in its own pool. */
  readonly killTrials: number;
  /** How long ten thousand endpoints are watched being probed. */
  readonly probeSeconds: number;
  readonly coldStarts: number;
  readonly warmStarts: number;
}

/** About fourteen minutes. */
export const fullPlan: Plan = {
  rounds: 7,
  roundSeconds: 5,
  warmSeconds: 2,
  reloads: 20,
  reloadSeconds: 30,
  publishTrials: 5,
  killTrials: 20,
  probeSeconds: 60,
  coldStarts: 3,
  warmStarts: 5,
};

/** About five minutes: good for a look, too short for a verdict. */
export const quickPlan: Plan = {
  rounds: 3,
  roundSeconds: 2,
  warmSeconds: 1,
  reloads: 5,
  reloadSeconds: 8,
  publishTrials: 2,
  killTrials: 5,
  probeSeconds: 20,
  coldStarts: 1,
  warmStarts: 2,
};

/** What all groups share. */
export interface BenchContext {
  readonly plan: Plan;
  /** A folder of this run; removed at its end. */
  readonly directory: string;
  readonly serverCore: number;
  readonly driverCore: number;
  /** The program of an earlier build to compare with. */
  readonly before: string | undefined;
  /** Made when first asked for: it takes seconds. */
  geo(): GeoFixture;
  progress(text: string): void;
}
