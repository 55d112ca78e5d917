/** What Meridian sets out to hold, each judged by the row of the same meaning. */
export const targets = {
  /** CPU per query as a multiple of the peer's, one UDP worker, client subnet in each query. */
  cpuToGdnsd: 1.1,
  cpuToKnot: 1,
  cpuToPowerdns: 1,
  cpuToEcho: 1.35,
  /** CPU per query with 100 000 names as a multiple of that with 1 000. */
  cpuManyNames: 1.25,
  /** CPU per query as a multiple of an earlier build's. */
  cpuToBefore: 1.03,
  /** CPU per query of a policy as a multiple of that of `nearest`; of three inside of each other. */
  cpuOfPolicy: 1.25,
  cpuNested: 1.5,
  /** Health change → answers of every worker; with a thousand policies of thirty regions. */
  publishMs: 60,
  publishManyMs: 100,
  /** Endpoint killed → gone from all answers, by the monitor's interval. */
  goneSeconds: { 1: 3.5, 10: 13 },
  coldStartSeconds: 8,
  warmStartSeconds: 1.5,
  residentMegabytes: 300,
  /** Queries without an answer while the config is reloaded again and again. */
  lostQueries: 0,
  /** gdnsd's queries per second over TCP as a multiple of ours, 64 pipelined a connection. */
  tcpRateOfGdnsd: 2,
  /** 99th percentile of UDP with 5 500 TCP connections open as a multiple of that with none. */
  crowdedUdp: 2,
} as const;
