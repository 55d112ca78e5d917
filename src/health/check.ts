import type { Monitor } from '../config/model.ts';
import type { Attempt } from './attempt.ts';
import { type Latencies, noLatencies } from './latency.ts';
import type { ProbeTarget } from './probes/probe.ts';
import type { HealthState, Standing } from './state-machine.ts';
import { Seat } from './waiting-list.ts';

/** One thing to probe: a target under a monitor's settings, however many endpoints it stands for. */
export class Check {
  readonly target: ProbeTarget;
  readonly monitor: Monitor;
  standing: Standing;
  latencies: Latencies = noLatencies;
  /** How long answers take of late, ms: the slowest, forgotten slowly. Undefined before the first. */
  usualMs: number | undefined;
  /** When its newest probe began, monotonic ms. */
  beganAt = 0;
  /** In flight, or ended and waiting for an older one: results count in the order in which probes began. */
  readonly attempts: Attempt[] = [];
  /** How the present plan goes on (`Plan` of confirmation.ts). */
  triesLeft = 1;
  spacingMs = 0;
  deadlineMs: number;
  silenceWeight = 1;
  suspectMs: number | undefined;
  /** Where its next turn waits. */
  readonly seat = new Seat<Check>(this);
  /** Its turn has come as far as its host goes (`Turns`). */
  hasSlot = false;
  /** Somebody has news of it: it is probed anew as soon as what is in flight has ended. */
  isHastened = false;
  /** Regular probes begin so long after each multiple of the interval; undefined before the first. */
  phaseMs: number | undefined;

  constructor(target: ProbeTarget, monitor: Monitor, standing: Standing) {
    this.target = target;
    this.monitor = monitor;
    this.standing = standing;
    this.deadlineMs = monitor.timeoutMs;
  }

  /** What its results and their latencies say together. */
  get state(): HealthState {
    const { latency } = this.monitor;
    const { state } = this.standing;
    return state === 'up' && latency !== undefined && this.latencies.slow ? latency.verdict : state;
  }
}
