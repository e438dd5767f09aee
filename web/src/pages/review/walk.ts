/** Walking through the queue: where the reviewer is, and what they have done. Pure. */
export interface Walk {
  /** Calls of the queue, in order. */
  ids: readonly string[];
  at: number;
  done: ReadonlySet<string>;
}

export function begin(ids: readonly string[]): Walk {
  return { ids, at: 0, done: new Set() };
}

export function current(walk: Walk): string | null {
  return walk.ids[walk.at] ?? null;
}

export function step(walk: Walk, by: 1 | -1): Walk {
  const at = Math.min(Math.max(walk.at + by, 0), walk.ids.length);
  return { ...walk, at };
}

/** The call is graded; on to the next that is not. */
export function graded(walk: Walk, id: string): Walk {
  const done = new Set(walk.done).add(id);
  const next = walk.ids.findIndex((other, index) => index > walk.at && !done.has(other));
  return { ...walk, done, at: next < 0 ? walk.ids.length : next };
}

/** The grade was not saved after all: the call waits again. */
export function failed(walk: Walk, id: string): Walk {
  const done = new Set(walk.done);
  done.delete(id);
  return { ...walk, done };
}

export function left(walk: Walk): number {
  return walk.ids.filter((id) => !walk.done.has(id)).length;
}
