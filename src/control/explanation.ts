import type { Policy } from '../config/policy-model.ts';
import type { EndpointState } from '../snapshot/compile/conditions.ts';

/** Why a client gets the answer that it gets. The JSON of `/api/v1/explain` is this object. */
export interface Explanation {
  readonly question: { readonly name: string; readonly type: string; readonly client: string };
  readonly generation: number;
  /** The moment that all else here is told for, ISO 8601; undefined: now. */
  readonly at: string | undefined;
  readonly answer: {
    readonly rcode: string;
    readonly records: readonly string[];
    /** What the answer says about itself (RFC 8914), if anything. */
    readonly extendedError: { readonly code: number; readonly text: string } | undefined;
    /** RFC 7871 scope prefix, in the family of the client: for whom the same answer holds. */
    readonly scope: number;
    readonly scopePrefix: string;
    /** What made the scope as long as it is. */
    readonly scopeWhy: string;
  };
  /** What losing regions would change; all else here then tells the world without them. */
  readonly without: ExplainedLoss | undefined;
  readonly policy: ExplainedPolicy | undefined;
  /** Undefined: no database has the client; it gets the regions in the order of the config. */
  readonly place: ExplainedPlace | undefined;
  /** Why the place cannot be told although the client may have one: the geo files were replaced meanwhile. */
  readonly placeFault: string | undefined;
  /** How the tree of the policy was walked. */
  readonly steps: ExplainedStep | undefined;
  /** The decision had more steps than are kept: the tree ends early. */
  readonly truncated: boolean;
  /** Nearest first; those without endpoints of the policy are left out. */
  readonly regions: readonly ExplainedRegion[];
}

export interface ExplainedLoss {
  readonly regions: readonly string[];
  readonly changed: boolean;
  /** In one line. */
  readonly text: string;
  /** Records that are served now. */
  readonly now: readonly string[];
}

export interface ExplainedPolicy {
  readonly name: string;
  readonly type: string;
  /** The answer in one line: who gives it, and who was passed by. */
  readonly why: string;
  /** Why these endpoints were eligible: `healthy`, `unknown`, `frozen`, `all-down: serve-all` and so on. */
  readonly serving: string;
  readonly ttlSeconds: number;
  readonly ttlWhy: string;
}

/** By which record of which database the client was placed. */
export interface ExplainedPlace {
  readonly database: string;
  readonly prefix: string;
  readonly city: string | undefined;
  readonly subdivision: string | undefined;
  readonly country: string | undefined;
  readonly continent: string | undefined;
  /** Autonomous system, where a database tells it. */
  readonly asn: number | undefined;
  readonly latitude: number;
  readonly longitude: number;
}

/** One node of the decision. */
export interface ExplainedStep {
  /** A policy's type; `residency` of it; a `pool` by itself; `endpoints`: a draw among them; `sorry`, `nothing`: the end. */
  readonly kind: Policy['type'] | 'residency' | 'pool' | 'endpoints' | 'sorry' | 'nothing';
  /** Of the policy or the pool. */
  readonly name: string | undefined;
  /** What it went by. */
  readonly by: string;
  /** Records that it gave, with what was asked behind it. */
  readonly gave: number;
  /** In the order in which they were considered. */
  readonly options: readonly ExplainedOption[];
  /** What was asked because this gave nothing. */
  readonly next: ExplainedNext | undefined;
}

export interface ExplainedOption {
  /** A region, a tier, a pool, a policy, a window, a rule, an endpoint. */
  readonly name: string;
  readonly outcome: OptionOutcome;
  /** How it stands in the order: distance, share. */
  readonly measure: string | undefined;
  /** Why that came of it. */
  readonly why: string | undefined;
  /** What stands behind it, when it was asked. */
  readonly step: ExplainedStep | undefined;
}

export type OptionOutcome =
  | 'taken'
  /** Asked, or known before: it gives nothing. */
  | 'empty'
  /** Its share of the clients does not have this one. */
  | 'not-let-in'
  /** Let in although its share does not have this client, since nobody else did. */
  | 'last-resort'
  /** Addresses of the other family only, where families stay together. */
  | 'other-family'
  /** The answer was full, or another had been chosen. */
  | 'not-asked';

export interface ExplainedNext {
  readonly because: 'fallback' | 'all-down' | 'residency';
  readonly text: string;
  readonly step: ExplainedStep;
}

export interface ExplainedRegion {
  readonly name: string;
  readonly title: string;
  readonly distanceKm: number | undefined;
  readonly endpoints: readonly EndpointTrace[];
}

/** One endpoint's part in an answer. */
export interface EndpointTrace {
  readonly pool: string;
  readonly name: string;
  readonly region: string;
  /** The host name where there is no address. */
  readonly address: string;
  /** The verdict in force, with all that stands above health. */
  readonly health: EndpointState;
  readonly chosen: boolean;
  /** Why it was chosen, or why not. */
  readonly why: string;
}
