import { type EventKind, eventKinds } from '../../config/event-kinds.ts';
import { limits } from '../../runtime/limits.ts';

/** A change of state, as the timeline keeps it and the API shows it. */
export interface TimelineEvent {
  /** Rises by one with each event, also over restarts. */
  readonly id: number;
  /** ISO 8601, by the wall clock. */
  readonly at: string;
  readonly kind: EventKind;
  readonly subject: Subject;
  readonly from: string;
  readonly to: string;
  readonly cause: string;
  /** The newest probes that failed, oldest first. */
  readonly evidence?: readonly ProbeError[] | undefined;
  /** From the beginning of the first failed probe to the snapshot that went by it. */
  readonly failoverMs?: number | undefined;
}

/**
 * What an event is about: a pool, a region of it, an endpoint of it, a region of all pools, a policy; the node when empty.
 */
export interface Subject {
  readonly policy?: string | undefined;
  readonly pool?: string | undefined;
  readonly region?: string | undefined;
  readonly endpoint?: string | undefined;
}

export interface ProbeError {
  /** When the probe ended: ISO 8601. */
  readonly at: string;
  readonly code: string;
  readonly reason: string;
}

/** A change that is not in the timeline yet. `atMs`: wall clock; now, when it is left out. */
export interface News extends Omit<TimelineEvent, 'id' | 'at'> {
  readonly atMs?: number | undefined;
}

/** The event with this number and bounded texts. */
export function eventOf(id: number, { atMs, ...news }: News, nowMs: number): TimelineEvent {
  const at = new Date(atMs ?? nowMs).toISOString();
  const cause = news.cause.slice(0, limits.statementLength);
  const evidence = news.evidence?.slice(-limits.timelineEvidence).map(boundedError);
  return { id, at, ...news, cause, evidence };
}

/** One line of the file; undefined when it is no event. What an event does not have is left out. */
export function parseEvent(line: string): TimelineEvent | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!isObject(value)) return undefined;
  const { id, at, kind, subject, from, to, cause, evidence, failoverMs } = value;
  const known = eventKinds.find((one) => one === kind);
  if (!Number.isSafeInteger(id) || (id as number) < 1 || known === undefined) return undefined;
  if (!isTime(at) || !isText(from) || !isText(to) || !isText(cause) || !isSubject(subject)) return undefined;
  if (evidence !== undefined && !(Array.isArray(evidence) && evidence.every(isProbeError))) return undefined;
  if (failoverMs !== undefined && !Number.isFinite(failoverMs)) return undefined;
  const errors = evidence?.slice(-limits.timelineEvidence).map(boundedError);
  return {
    ...{ id: id as number, at, kind: known, subject, from, to, cause },
    ...(errors === undefined ? {} : { evidence: errors }),
    ...(failoverMs === undefined ? {} : { failoverMs: failoverMs as number }),
  };
}

/** `app/use1-a`, `app, eu-west`, `eu-west`, the name of a policy; empty for the node itself. */
export function formatSubject({ policy, pool, region, endpoint }: Subject): string {
  if (policy !== undefined) return policy;
  if (endpoint !== undefined) return pool === undefined ? endpoint : `${pool}/${endpoint}`;
  return [pool, region].filter((name) => name !== undefined).join(', ');
}

function boundedError({ at, code, reason }: ProbeError): ProbeError {
  return { at, code, reason: reason.slice(0, limits.probeReasonLength) };
}

function isProbeError(value: unknown): value is ProbeError {
  return isObject(value) && isTime(value['at']) && isText(value['code']) && isText(value['reason']);
}

const subjectKeys = new Set(['policy', 'pool', 'region', 'endpoint']);

function isSubject(value: unknown): value is Subject {
  return (
    isObject(value) && Object.entries(value).every(([key, name]) => subjectKeys.has(key) && isText(name))
  );
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= limits.statementLength;
}

function isTime(value: unknown): value is string {
  return typeof value === 'string' && value.length <= 30 && Number.isFinite(Date.parse(value));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
