import type { ExplainedOption, ExplainedStep } from '../explanation.ts';

/** A decision in one line: who gives the answer, by what, and who was passed by on the way. */
export function summaryOf(step: ExplainedStep): string {
  const { next } = step;
  if (next !== undefined) {
    const what = step.name === undefined ? '' : `${step.name}: `;
    const lead = step.options.length === 0 ? `${what}${step.by}` : `${what}${passedBy(step.options)}`;
    return `${lead}; ${next.text}${restOf(next.step)}`;
  }
  const taken = step.options.filter(isTaken);
  if (taken.length === 0) return emptySummary(step);
  const [first] = taken;
  const inner = first!.step;
  if (leadsOn(step)) return `${step.by}; ${inner === undefined ? first!.name : summaryOf(inner)}`;
  const names = taken.map(({ name, measure }) => (measure === undefined ? name : `${name} (${measure})`));
  const before = step.options
    .slice(0, step.options.indexOf(first!))
    .filter(({ outcome }) => outcome !== 'not-asked');
  const lead = before.length === 0 ? '' : `; before it ${passedBy(before)}`;
  const rest = inner === undefined || inner.kind === 'endpoints' ? '' : ` → ${summaryOf(inner)}`;
  const many = first!.outcome === 'last-resort' ? `, ${first!.why}` : '';
  return `${names.join(', ')}, ${step.by}${many}${lead}${rest}`;
}

/** Those that only lead on to one other. */
function leadsOn({ kind }: ExplainedStep): boolean {
  return kind === 'geo' || kind === 'schedule' || kind === 'split' || kind === 'residency' || kind === 'home';
}

function restOf(step: ExplainedStep): string {
  const text = step.kind === 'nothing' ? '' : summaryOf(step);
  return text === '' ? '' : ` → ${text}`;
}

function emptySummary(step: ExplainedStep): string {
  const refused = step.options.find(({ why }) => why !== undefined);
  if (step.kind === 'residency') return `${step.by}; ${refused?.why ?? 'nothing there is usable'}`;
  return step.options.length === 0 ? step.by : `${step.by}: ${passedBy(step.options)}`;
}

function passedBy(options: readonly ExplainedOption[]): string {
  const told = options.filter(({ outcome }) => outcome !== 'not-asked');
  const shown = told
    .slice(0, SHOWN)
    .map(({ name, why, step }) => `${name} (${why ?? (step && emptySummary(step)) ?? ''})`);
  return told.length > SHOWN ? `${shown.join(', ')} and ${told.length - SHOWN} more` : shown.join(', ');
}

const SHOWN = 3;

function isTaken({ outcome }: ExplainedOption): boolean {
  return outcome === 'taken' || outcome === 'last-resort';
}
