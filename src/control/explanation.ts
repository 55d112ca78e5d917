import type { EndpointTrace } from './explain-endpoints.ts';

/** Why a client gets the answer that it gets. The JSON of `/api/v1/explain` is this object. */
export interface Explanation {
  readonly question: { readonly name: string; readonly type: string; readonly client: string };
  readonly generation: number;
  readonly answer: {
    readonly rcode: string;
    readonly records: readonly string[];
    /** What the answer says about itself (RFC 8914), if anything. */
    readonly extendedError: { readonly code: number; readonly text: string } | undefined;
    /** RFC 7871 scope prefix, in the family of the client: for whom the same answer holds. */
    readonly scope: number;
    readonly scopePrefix: string;
  };
  readonly policy: ExplainedPolicy | undefined;
  /** Undefined: no database has the client; it gets the regions in the order of the config. */
  readonly place: ExplainedPlace | undefined;
  /** Why the place cannot be told although the client may have one: the geo files were replaced meanwhile. */
  readonly placeFault: string | undefined;
  /** In the order in which the policy considers them for this client. */
  readonly regions: readonly ExplainedRegion[];
}

export interface ExplainedPolicy {
  readonly name: string;
  readonly type: string;
  /** Why these endpoints were eligible. */
  readonly serving: string;
  readonly ttlSeconds: number;
}

/** By which record of which database the client was placed. */
export interface ExplainedPlace {
  readonly database: string;
  readonly prefix: string;
  readonly city: string | undefined;
  readonly subdivision: string | undefined;
  readonly country: string | undefined;
  readonly latitude: number;
  readonly longitude: number;
}

export interface ExplainedRegion {
  readonly name: string;
  readonly title: string;
  readonly distanceKm: number | undefined;
  readonly endpoints: readonly EndpointTrace[];
}
