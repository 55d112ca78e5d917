export const usage = `meridian: a global traffic manager

  meridian serve -c FILE [--log-level LEVEL]     serve until SIGTERM; SIGHUP reloads
  meridian check -c FILE                         load all that FILE names, tell all problems
  meridian explain NAME [TYPE] --client ADDRESS  why this client gets the answer that it gets
                   [--without REGION,…]           and what it would get without these regions
                   [--at TIME]                    and what it would get then, by the clock
                   [--url URL | -c FILE] [--json]
  meridian diff OLD NEW                          who gets other answers if NEW replaces OLD
                [--old-database FILE] [--new-database FILE] [--policy NAME] [--max-moved SHARE]
                [--at TIME] [--json]
  meridian timeline [--since 1h] [--pool POOL]   what happened on a running server, newest last
                    [--url URL] [--json]
  meridian demo                                  serve config/meridian.yaml to try it out
  meridian --version | --help

ADDRESS is an address or a prefix, as a resolver would send it. LEVEL: debug info warn error.
URL is that of a running server (default http://127.0.0.1:8053); with -c, health is not known.
OLD and NEW are configs. A database is an MMDB file, or bundled; it and --policy may be repeated.
SHARE: 5%. TIME, for schedules and ends of overrides: 2026-12-01T10:00:00Z.`;
