import { execFile, spawnSync } from 'node:child_process';

/** The Debian package that has each program. */
const packages = {
  bash: 'bash',
  curl: 'curl',
  dig: 'bind9-dnsutils',
  kdig: 'knot-dnsutils',
  prometheus: 'prometheus',
  promtool: 'prometheus',
} as const;

export type Tool = keyof typeof packages;

/** Fails with the name of the package when a program is missing: this group of tests leaves nothing out. */
export function needTools(...tools: readonly Tool[]): void {
  for (const tool of tools) {
    if (spawnSync('which', [tool], { stdio: 'ignore' }).status === 0) continue;
    throw new Error(`${tool} is not installed: apt-get install ${packages[tool]}`);
  }
}

/** Runs a program; resolves with what it printed, rejects with that too when it ends with another code than 0. */
export function runTool(
  tool: Tool,
  args: readonly string[],
  { input = '', cwd = process.cwd() }: { readonly input?: string; readonly cwd?: string } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      tool,
      args,
      { encoding: 'utf8', timeout: 30_000, cwd },
      (error, stdout, stderr) => {
        if (error === null) resolve(`${stdout}${stderr}`);
        else reject(new Error(`${tool} ${args.join(' ')}: ${error.message}\n${stdout}${stderr}`));
      },
    );
    child.stdin?.end(input);
  });
}
