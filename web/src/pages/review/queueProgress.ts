/** The reviewer's position in the queue and the graded calls. */
export interface QueueProgress {
  /** Call IDs in queue order. */
  ids: readonly string[];
  at: number;
  /** Graded calls. */
  done: ReadonlySet<string>;
}

export function begin(ids: readonly string[]): QueueProgress {
  return { ids, at: 0, done: new Set() };
}

export function current(progress: QueueProgress): string | null {
  return progress.ids[progress.at] ?? null;
}

export function step(progress: QueueProgress, by: 1 | -1): QueueProgress {
  const at = Math.min(Math.max(progress.at + by, 0), progress.ids.length);
  return { ...progress, at };
}

/** Marks a call as graded and moves to the next ungraded one. */
export function graded(progress: QueueProgress, id: string): QueueProgress {
  const done = new Set(progress.done).add(id);
  const next = progress.ids.findIndex((other, index) => index > progress.at && !done.has(other));
  return { ...progress, done, at: next < 0 ? progress.ids.length : next };
}

/** Returns a call to the queue after saving its grade failed. */
export function failed(progress: QueueProgress, id: string): QueueProgress {
  const done = new Set(progress.done);
  done.delete(id);
  return { ...progress, done };
}

export function left(progress: QueueProgress): number {
  return progress.ids.filter((id) => !progress.done.has(id)).length;
}
