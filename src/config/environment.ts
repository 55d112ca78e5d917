/** What a load takes from the machine: passed in, so that a test decides it. */
export interface LoadEnvironment {
  /** Default of `node.name`. */
  readonly hostname: string;
  /** Default of `listen.workers`. */
  readonly cores: number;
  /** Default of `state.directory`: absolute, or relative to the folder of the config file. */
  readonly stateDirectory: string;
  /** The bytes of a file; throws when it cannot be read or has more than `maxBytes`. */
  readonly read: (path: string, maxBytes: number) => Uint8Array;
  /** Permission bits of a file that could be read; 0 where there are none. */
  readonly modeOf: (path: string) => number;
  /** Why this machine can send no pings; undefined when it can. */
  readonly pingRefusal: () => string | undefined;
  /** What stands at an absolute path; undefined when nothing does, or none of it may be seen. */
  readonly lookAt: (path: string) => PathLook | undefined;
  /** Milliseconds since 1970: certificates have dates. */
  readonly nowMs: number;
}

export interface PathLook {
  /** Of the path itself: a symbolic link is not followed. */
  readonly kind: 'file' | 'directory' | 'link' | 'socket' | 'other';
  /** Where a link leads in the end, when that is a regular file. */
  readonly file: string | undefined;
}
