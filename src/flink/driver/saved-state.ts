/** The state of a cluster's driver as JSON, for a store. */
import type { DriverState, DriverWorker } from './sessions.ts';

export type SavedDriverState = Omit<DriverState, 'workers'> & { readonly workers: readonly [string, DriverWorker][] };

export function saveDriverState(state: DriverState): SavedDriverState {
  return { ...state, workers: [...state.workers] };
}

export function loadDriverState(saved: SavedDriverState): DriverState {
  return { ...saved, workers: new Map(saved.workers) };
}
