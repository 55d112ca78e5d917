import type { ExplainedOption, ExplainedStep, OptionOutcome } from '../control/explanation.ts';

/** The tree of a decision, one line a step, → at what was taken. */
export function formatSteps(step: ExplainedStep): string[] {
  return stepLines(step, '  ');
}

/** One walk along regions by distance, or along tiers, and nothing else: the table of endpoints tells as much. */
export function isPlain({ kind, options, next }: ExplainedStep): boolean {
  if (next !== undefined || kind !== 'nearest') return false;
  return options.every(
    ({ outcome, measure, step }) =>
      (outcome === 'taken' || outcome === 'empty' || outcome === 'not-asked') &&
      (measure === undefined || /^\d+ km$/.test(measure)) &&
      (step === undefined || step.kind === 'endpoints'),
  );
}

function stepLines(step: ExplainedStep, indent: string): string[] {
  const { next } = step;
  const head = headOf(step);
  const lines = head === undefined ? [] : [`${indent}${head}`];
  for (const option of step.options) lines.push(...optionLines(option, `${indent}  `));
  if (next === undefined) return lines;
  lines.push(`${indent}so ${next.text}`);
  // The end says no more than what led to it.
  return next.step.kind === 'nothing' ? lines : [...lines, ...stepLines(next.step, `${indent}  `)];
}

function headOf({ kind, name, by }: ExplainedStep): string | undefined {
  if (kind === 'endpoints') return by.startsWith(ordinary) ? undefined : by;
  if (name === undefined) return by;
  return kind === 'residency' ? `${name}, ${by}` : `${name} (${kind}): ${by}`;
}

/** What need not be said of a draw. */
const ordinary = 'endpoints that are up';

function optionLines(option: ExplainedOption, indent: string): string[] {
  const { name, outcome, measure, why, step } = option;
  const only = onlyEndpoint(step);
  const said = [measure, outcomeWords[outcome], why, only?.name, only?.why];
  const words = said.filter((text) => text !== undefined && text !== '').join('; ');
  const mark = outcome === 'taken' || outcome === 'last-resort' ? '→' : ' ';
  const line = `${indent}${mark} ${name}${words === '' ? '' : `: ${words}`}`;
  return step === undefined || only !== undefined ? [line] : [line, ...stepLines(step, `${indent}    `)];
}

/** A draw of one needs no lines of its own. */
function onlyEndpoint(step: ExplainedStep | undefined): ExplainedOption | undefined {
  if (step?.kind !== 'endpoints' || headOf(step) !== undefined) return undefined;
  return step.options.length === 1 ? step.options[0] : undefined;
}

const outcomeWords: Readonly<Record<OptionOutcome, string>> = {
  taken: '',
  empty: 'nothing usable',
  'not-let-in': 'not let in',
  'last-resort': 'let in as the last resort',
  'other-family': '',
  'not-asked': '',
};
