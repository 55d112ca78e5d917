import { z } from 'zod';
import { limits } from '../../runtime/limits.ts';
import type { CombinedCheck, ProbeCheck } from '../check-model.ts';
import type { Monitor } from '../model.ts';
import type { Path } from '../source.ts';
import { integer, reference } from '../values.ts';
import { type MonitorContext, monitorKeys } from './base.ts';

const partsWanted = `a list of 1 to ${limits.monitorParts} monitors`;
const { port: _, source: __, ...keys } = monitorKeys(undefined);

const partKeys = {
  ...keys,
  of: z
    .array(reference('the name of a monitor'), { error: partsWanted })
    .min(1, { error: partsWanted })
    .max(limits.monitorParts, { error: partsWanted })
    .describe('The monitors whose checks are its parts; only what they check counts, not when.'),
};

export const allOfSchema = z
  .strictObject({ type: z.literal('all-of').describe('Succeeds when all its parts do.'), ...partKeys })
  .describe('Several checks, all of which must succeed.');

export const anyOfSchema = z
  .strictObject({ type: z.literal('any-of').describe('Succeeds when one of its parts does.'), ...partKeys })
  .describe('Several checks, one of which must succeed.');

export const nOfSchema = z
  .strictObject({
    type: z.literal('n-of').describe('Succeeds when at least `n` of its parts do.'),
    ...partKeys,
    n: integer(1, limits.monitorParts).describe('How many parts must succeed.'),
  })
  .describe('Several checks, some of which must succeed.');

type CombinedInput = z.output<typeof allOfSchema> | z.output<typeof anyOfSchema> | z.output<typeof nOfSchema>;

/** The monitor of a name; undefined after an error at `path`. */
export type FindPart = (name: string, path: Path) => Monitor | undefined;

export function resolveCombined(
  input: CombinedInput,
  { path, findings }: MonitorContext,
  find: FindPart,
): CombinedCheck {
  const parts: { name: string; source: Monitor['source']; check: ProbeCheck }[] = [];
  for (const [i, name] of input.of.entries()) {
    const at = [...path, 'of', i];
    if (input.of.indexOf(name) < i)
      findings.error('CONFIG_DUPLICATE', at, `monitor \`${name}\` stands twice here`);
    const part = find(name, at);
    if (part !== undefined) parts.push({ name, source: part.source, check: part.check });
  }
  if (input.type === 'n-of' && input.n > input.of.length) {
    const message = `\`n\` is ${input.n}, but \`of\` has ${input.of.length}; wanted at most as many`;
    findings.error('CONFIG_VALUE', [...path, 'n'], message);
  }
  const { type } = input;
  const need = type === 'all-of' ? input.of.length : type === 'any-of' ? 1 : input.n;
  const port = parts.every(({ check }) => check.port !== undefined) ? 0 : undefined;
  const check = { type, port, need, parts };
  tellSize(check, path, findings);
  return check;
}

/** Each level is told once, at the monitor that goes one too far. */
function tellSize(check: CombinedCheck, path: Path, findings: MonitorContext['findings']): void {
  const parts = partsOf(check);
  if (parts > limits.monitorParts) {
    const message = `has ${parts} parts, those of its parts counted; wanted at most ${limits.monitorParts}`;
    findings.error('CONFIG_VALUE', [...path, 'of'], message);
  }
  if (depthOf(check) > limits.monitorDepth) {
    const message = `is nested ${depthOf(check)} deep; wanted at most ${limits.monitorDepth} levels of monitors`;
    findings.error('CONFIG_VALUE', [...path, 'of'], message);
  }
}

function partsOf(check: ProbeCheck): number {
  return 'parts' in check ? check.parts.reduce((sum, part) => sum + partsOf(part.check), 0) : 1;
}

function depthOf(check: ProbeCheck): number {
  return 'parts' in check ? 1 + Math.max(0, ...check.parts.map((part) => depthOf(part.check))) : 1;
}
