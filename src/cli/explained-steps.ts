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
  const lines = [
    `${indent}${headOf(step)}`,
    ...step.options.flatMap((option) => optionLines(option, `${indent}  `)),
  ];
  return next === undefined
    ? lines
    : [...lines, `${indent}so ${next.text}`, ...stepLines(next.step, `${indent}  `)];
}

function headOf({ kind, name, by }: ExplainedStep): string {
  if (name === undefined) return by;
  return kind === 'residency' ? `${name}, ${by}` : `${name} (${kind}): ${by}`;
}

function optionLines({ name, outcome, measure, why, step }: ExplainedOption, indent: string): string[] {
  const mark = outcome === 'taken' || outcome === 'last-resort' ? '→' : ' ';
  const said = [measure, outcomeWords[outcome], why].filter((text) => text !== undefined && text !== '');
  const line = `${indent}${mark} ${name}${said.length === 0 ? '' : `: ${said.join('; ')}`}`;
  return step === undefined ? [line] : [line, ...stepLines(step, `${indent}    `)];
}

const outcomeWords: Readonly<Record<OptionOutcome, string>> = {
  taken: '',
  empty: 'nothing usable',
  'not-let-in': 'not let in',
  'last-resort': 'let in as the last resort',
  'other-family': '',
  'not-asked': '',
};
