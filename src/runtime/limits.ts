/**
 * Every bound of the program in one place. A number from outside (packet, file, config, peer) is compared
 * with one of these before it sizes a loop, a buffer or a table.
 */
export const limits = {
  /** RFC 1035 §2.3.4 */
  nameBytes: 255,
  labelBytes: 63,
  /** A name of 255 bytes holds at most 127 labels and the root. */
  nameLabels: 128,

  /** Bytes of what a server may call itself: question and OPT with all options fit 512 bytes. */
  identityBytes: 128,
  /** Secrets of cookies in use at once: each may cost a hash for a query. */
  cookieSecrets: 4,
  cookieFileBytes: 4_096,

  /** Answers a second that a rate limit may allow: two seconds' worth of thousandths fit 32 bits. */
  rateLimitPerSecond: 100_000,
  rateLimitSlip: 10,
  /** Networks that no rate limit holds for; looked through for each answer beyond one. */
  rateLimitNetworks: 64,

  /** Largest UDP answer unless the operator sets another: no fragments on any common path (RFC 9715). */
  udpAnswerBytes: 1232,
  /** Size of one receive and one send slot of the UDP loop. */
  udpSlotBytes: 4096,
  /** Messages taken from the kernel at once. */
  udpBatch: 64,
  /** How long a UDP worker blocks in the kernel before it looks at its control words. */
  udpWaitMs: 100,
  /** Kernel buffers of a UDP socket: queries that arrive during a pause of the worker wait here. */
  udpReceiveBufferBytes: 4 * 1024 * 1024,
  udpSendBufferBytes: 1024 * 1024,
  /** Batches that a stopping worker still answers; it is done when nothing came for so long. */
  udpDrainBatches: 1_024,
  udpDrainQuietMs: 5,
  /** Counted of one published snapshot to make the garbage collector run in time. */
  sharedWeightBytes: 64 * 1024 * 1024,
  /** System calls that may fail in a row before the worker is restarted. */
  udpFailures: 1_000,
  udpWorkers: 64,
  /** A stopping set of workers has this long to answer what has arrived; connections a little less. */
  stopMs: 1_700,
  stopGraceMs: 1_000,
  /** A worker whose heartbeat stands still for so many looks, one each `workerWatchMs`, is replaced. */
  workerWatchMs: 1_000,
  workerWatchMisses: 5,
  /** Wait before a worker that ended again soon is started again; doubled each time, up to the second. */
  workerRestartMs: 100,
  workerRestartMaxMs: 5_000,
  /** A worker that lived so long starts anew with no wait. */
  workerStableMs: 30_000,
  listenAddresses: 64,

  tcpMessageBytes: 65_535,
  /** Connections open at once, in all and from one client address, unless the operator sets others. */
  tcpConnections: 10_000,
  tcpConnectionsPerClient: 512,
  /** The most that may be set: each may hold an unfinished message and answers that nobody reads. */
  tcpConnectionsMost: 100_000,
  /** A connection without a complete query for this long is closed (RFC 7766 §6.2.3), unless the operator sets another. */
  tcpIdleMs: 10_000,
  /** From accept to the first byte of DNS: PROXY header and TLS handshake together. */
  tcpArrivalMs: 5_000,
  /** Kernel buffers of one connection: the kernel's memory for TCP is one for the whole machine. */
  tcpReceiveBufferBytes: 65_536,
  tcpSendBufferBytes: 131_072,
  /** Bytes of answers waiting for a slow reader before we stop reading its queries. */
  tcpPendingBytes: 131_072,
  /** The same for all connections together; beyond twice that, connections are closed. */
  tcpPendingBytesInAll: 256 * 1024 * 1024,
  /** How long a round of the event loop answers as data comes, and then those who wait: new data is looked for after. */
  tcpRoundMs: 10,
  /** Messages of one connection that are answered before the others have their turn. */
  tcpTurnMessages: 256,
  /** Open files beside connections: sockets, probes, HTTP, logs, the program itself. */
  otherOpenFiles: 500,
  /** Connections that the kernel holds for us until we take them. */
  tcpBacklog: 4_096,
  /** A PROXY header with all its TLVs; what balancers send has less than 300 bytes. */
  proxyHeaderBytes: 1_024,
  proxyNetworks: 64,
  tlsListeners: 16,
  /** Handshakes under way at once. Each may ask for a signature in the same round of the event loop: half a millisecond. */
  tlsHandshakesAtOnce: 2_000,
  /** What a TLS record says of itself before its content, and the most that may follow (RFC 8446 §5.1). */
  tlsRecordHeadBytes: 5,
  tlsRecordBytes: 16_384,
  /** A certificate with its chain, and its key. */
  tlsFileBytes: 1024 * 1024,

  /** Connections to the HTTP side at once. */
  httpConnections: 256,
  /** A request that is not complete after so long is given up. */
  httpRequestMs: 10_000,
  /** Explanations that wait while one is made. */
  explainsWaiting: 16,

  /** Records that a worker's log ring holds: the log thread may be away for so many queries. */
  queryLogSlots: 16_384,
  /** Bytes of log written at once. */
  queryLogBlockBytes: 65_536,
  /** One line or frame at most: a name of 255 unprintable bytes is 1,275 characters of JSON. */
  queryLogRecordBytes: 4_096,
  /** How long the log thread sleeps when the rings are empty. */
  queryLogPollMs: 20,
  /** Blocks written before the thread looks at its messages. */
  queryLogBlocksPerTurn: 32,
  /** Wait before a sink that failed is tried again; doubled each time, up to the second. */
  queryLogRetryMs: 100,
  queryLogRetryMaxMs: 10_000,
  /** A reader of frames has this long to answer a handshake. */
  queryLogHandshakeMs: 5_000,
  /** Control frames (frame streams: at most 512 bytes). */
  queryLogControlBytes: 512,
  /** A stopping log has this long to write what the rings hold, and to say goodbye. */
  queryLogStopMs: 800,
  queryLogGoodbyeMs: 300,
  /** Configs whose names are remembered for records that wait in a ring. */
  queryLogNames: 64,
  /** Rotated files kept at most. */
  queryLogFiles: 1_000,

  /** CNAMEs followed inside our zones for one answer. */
  cnameChain: 8,

  /** Records of one answer whose targets' addresses are looked for. */
  additionalNames: 16,

  /** Time zones whose clocks are kept at hand; the world has some 600 names of them. */
  timeZones: 1_000,
  /** Different windows whose next edges are kept at hand. */
  windowStandings: 65_536,
  /** Rounds in which regions pass on what they do not take, until shares stand still. */
  shareRounds: 200,

  /** Times of maintenance, and characters of their reasons. */
  maintenanceWindows: 1_000,
  maintenanceReason: 200,
  /** Results that a rule for latencies looks at. */
  latencyWindow: 1_000,
  /** What a node checks to know whether it is cut off itself. */
  selfReferences: 8,

  regions: 255,
  monitors: 10_000,
  policies: 10_000,
  pools: 10_000,
  endpointsPerPool: 1_000,
  answersPerQuery: 16,
  /** Policies inside of each other. */
  policyDepth: 8,
  /** Ways down from one policy that one client's decision may have to try: policies lead to others by several of them. */
  policyWays: 1_024,
  /** Nodes, slots and 32nds of slots looked through for one question; some 20 ns each. */
  decisionSteps: 8_192,
  /** Sets of regions that residencies make, and trees grown for policies inside of residencies, for each set one. */
  residencySets: 1_024,
  residencyTrees: 16_384,
  /** Keys of one table of owners, and bytes of its file. */
  ownerKeys: 1_000_000,
  ownerFileBytes: 64 * 1024 * 1024,
  /** Windows of one schedule, rules of one split: each is looked at when trees are grown. */
  scheduleWindows: 128,
  splitRules: 128,
  /** Pools and policies that one policy chooses among. */
  policyChoices: 256,
  overrides: 1_000,
  /** Characters of what people or other systems say: reasons, queries, paths. */
  statementLength: 1_000,
  /** ALPN ids of a steered service; a record with them and all hints fits `serviceRecordBytes`. */
  serviceAlpn: 8,
  serviceAlpnBytes: 32,
  serviceRecordBytes: 1_024,
  /** Addresses of one host that are used; how often it is looked up at most and at least. */
  hostAddresses: 16,
  hostRetryMs: 5_000,
  hostRefreshMs: 3_600_000,
  /** A load waits no longer for the first look-ups of all its hosts. */
  hostFirstWaitMs: 2_000,
  /** Steps of one decision that an explanation tells. */
  traceSteps: 4_096,
  /** (policy, region) pairs that can be counted one by one. */
  answerCounters: 65_536,

  /** `diff`: groups of clients kept at once, cases tried for all groups of a family and for one, labels that are tried. */
  diffGroups: 262_144,
  diffSamples: 262_144,
  diffGroupSamples: 16,
  diffLabels: 65_536,

  /** From this age on the newest geo database counts as stale. */
  geoStaleDays: 365,
  geoFileBytes: 1024 * 1024 * 1024,
  /** Values read for one record of an MMDB file, nested ones counted. */
  geoRecordValues: 4_096,
  geoTextBytes: 256,
  /** Distinct orders of regions in one map; what comes after gets a coarser order. */
  geoRankings: 65_000,
  /** Maps from client to number in one snapshot, and how many of them are compiled in one walk of the databases. */
  views: 64,
  geoViewsAtOnce: 4,
  /** Of one match view; its numbers have 16 bits. */
  viewEntries: 10_000,
  viewKeys: 100_000,
  /** Of one latency table, and bytes of its file. */
  latencyRows: 1_000_000,
  latencyFileBytes: 64 * 1024 * 1024,
  /** Compiled maps kept on disk beside those in use. */
  geoCacheFiles: 8,
  geoMapBytes: 512 * 1024 * 1024,

  zones: 100_000,
  zoneFileBytes: 512 * 1024 * 1024,
  zoneRecords: 5_000_000,
  includeDepth: 8,
  /** $INCLUDE lines followed for one zone. */
  zoneIncludes: 1_000,
  /** Words of one zone file entry, over all its lines: more than the largest record data can need. */
  zoneEntryWords: 65_536,
  rdataBytes: 65_535,
  /** About 10 s and 1 GB while it is read. */
  configFileBytes: 8 * 1024 * 1024,
  /** Levels of nesting in the config file; what we read has 7. */
  configDepth: 64,
  /** Values that the aliases of the config file may expand to, in all. */
  configAliasValues: 100_000,
  caFileBytes: 1024 * 1024,
  /** How long a config file that is a pipe may take to be written. */
  pipePatienceMs: 2_000,
  /** Problems told at once; the rest is counted. */
  problems: 100,

  /** Reading a load may take its interval, and never longer than this. */
  loadDeadlineMs: 5_000,
  /** Different loads that are read. */
  loadSources: 10_000,
  /** Loads being read at once. */
  loadsAtOnce: 64,

  probeBodyBytes: 65_536,
  probeHeaderBytes: 16_384,
  /** Frames of HTTP/2 over one connection: a body that is read to its bound comes in a few whole ones. */
  probeFrames: 4_096,
  /** Bytes of one connection, looked at so often: headers, certificates and body together have less. */
  probeReadBytes: 1024 * 1024,
  probeReadWatchMs: 100,
  /** Bytes that a check sends to a port, and the text that it wants to find. */
  probeTextBytes: 4_096,
  /** A page of metrics or a document that a value is read from. */
  probePageBytes: 2 * 1024 * 1024,
  /** Commands of probes that run at the same time, and what one may print. */
  commandsAtOnce: 32,
  commandOutputBytes: 65_536,
  commandWords: 64,
  /** Parts of a monitor that combines others, all levels together, and the levels. */
  monitorParts: 32,
  monitorDepth: 4,
  /** Tokens that may report health, their file, and the body of a report. */
  pushTokens: 64,
  pushTokenFileBytes: 65_536,
  reportBytes: 4_096,
  /** A whole reply of a gRPC health service, which needs 7. */
  grpcReplyBytes: 4_096,
  /** Probes in flight; one region of 3 000 silent endpoints at 10 s and a timeout of 2 s holds 600. */
  probesAtOnce: 1_024,
  /** Probes begun in one turn of the event loop. */
  probesPerTurn: 32,
  /** Probes in flight to one address: 160 silent endpoints behind it at 10 s and a timeout of 2 s hold as many. */
  probesPerHost: 32,
  /** Slots and tick of the wheel that probes wait in: one turn takes 16 s. */
  probeWheelSlots: 4_096,
  probeWheelTickMs: 4,
  /** Tries of one endpoint in flight while its silence is confirmed. */
  probeTriesAtOnce: 50,
  /** What a probe may take to close down after its deadline before it is counted without its word. */
  probeGraceMs: 100,
  /** Probes that this machine could not make are told of this often. */
  ownFaultTellMs: 60_000,
  ownFaultReasons: 32,
  /** Characters of a reason; a server's own words stand in some. */
  probeReasonLength: 200,

  /** State directory: `health.json`, and the age from which it says nothing. */
  healthFileBytes: 64 * 1024 * 1024,
  healthMemoryAgeMs: 600_000,
  /** `writers.json`: one short line for each failover that is held. */
  writerFileBytes: 16 * 1024 * 1024,
  /** `steering.json`, and how long ago at most it was written. */
  steeringFileBytes: 64 * 1024 * 1024,
  steeringMemoryAgeMs: 600_000,

  /** Each of the two files of the timeline. */
  timelineFileBytes: 2 * 1024 * 1024,
  /** Events at hand, and those that wait to be written. */
  timelineEvents: 10_000,
  /** Events of one answer of the API. */
  timelinePage: 1_000,
  /** Probe errors of one event. */
  timelineEvidence: 5,

  webhooks: 8,
  webhookSecretFileBytes: 4_096,
  /** Events that wait for one webhook; the oldest goes when another one comes. */
  webhookQueue: 1_000,
  /** Tries of one event, and the time for all of them. */
  webhookTries: 8,
  webhookGiveUpMs: 600_000,
  /** Wait before the second try; doubled each time, up to the second. */
  webhookRetryMs: 2_000,
  webhookRetryMaxMs: 120_000,
  webhookHeaderBytes: 16_384,
} as const;
