import { limits } from '../runtime/limits.ts';
import type { CompiledView, ViewCompiler } from './compiled-view.ts';
import { distanceView } from './distance-view.ts';
import { latencyView } from './latency-view.ts';
import { matchView } from './match-view.ts';
import type { RankedRegions } from './ranker.ts';
import type { View } from './views.ts';
import { type WalkSource, walkDatabases } from './walk.ts';

export interface Compiled extends CompiledView {
  /** Of the sources by their places: those that told this view nothing. Undefined when there were none. */
  readonly silent: readonly number[] | undefined;
  /** The view goes by places, and there are sources, but none of them places anybody. */
  readonly placeless: boolean;
}

/**
 * Compiles views to maps (`map.ts`). What all of them ask is asked in one walk of each search tree; so many at a time
 * that the memory for it stays bounded (`limits.geoViewsAtOnce`). OperatorError: GEO_INVALID for a damaged file.
 */
export function compile(
  sources: readonly WalkSource[],
  views: readonly View[],
  ranked: RankedRegions,
): Compiled[] {
  const compiled: Compiled[] = [];
  for (let i = 0; i < views.length; i += limits.geoViewsAtOnce) {
    const batch = views.slice(i, i + limits.geoViewsAtOnce).map((view) => compilerOf(view, ranked));
    compiled.push(...compileBatch(sources, batch));
  }
  return compiled;
}

function compilerOf(view: View, ranked: RankedRegions): ViewCompiler {
  if (view.kind === 'distance') return distanceView(view.bias, ranked);
  return view.kind === 'match' ? matchView(view.entries) : latencyView(view.table, ranked);
}

function compileBatch(sources: readonly WalkSource[], batch: readonly ViewCompiler[]): Compiled[] {
  const { layers, found } = walkDatabases(
    sources,
    batch.flatMap(({ questions }) => questions),
  );
  const any = sources.length > 0;
  const systems = found.some((one) => one.systems);
  const placeless = any && !found.some(({ places }) => places);
  let next = 0;
  return batch.map((view) => {
    const own = layers.slice(next, next + view.questions.length);
    next += view.questions.length;
    const asksSystems = view.questions.some(({ about }) => about === 'system');
    const silent = found.flatMap(({ places, systems }, i) => (places || (asksSystems && systems) ? [] : [i]));
    return {
      ...view.finish(own, { any, systems }),
      silent: any ? silent : undefined,
      placeless: placeless && view.needsPlaces,
    };
  });
}
