import { execFileSync } from 'node:child_process';

/** Whether Prometheus' own checker is installed: `apt-get install prometheus`. */
export const hasPromtool = runs(['--version']);

/** Runs promtool in `directory`; the text is what it prints when it finds fault, undefined when it does not. */
export function promtool(args: readonly string[], directory: string): string | undefined {
  try {
    execFileSync('promtool', args, { cwd: directory, encoding: 'utf8', stdio: 'pipe' });
    return undefined;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    return `${stdout}${stderr}` || String(error);
  }
}

function runs(args: readonly string[]): boolean {
  try {
    execFileSync('promtool', args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
