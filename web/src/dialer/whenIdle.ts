/** Where the browser does not say when it is idle, so much later, in milliseconds. */
const LATER_MS = 2_000;
/** By then at the latest, however busy the page is, in milliseconds. */
const AT_LATEST_MS = 10_000;

/** The part of `window` that is used; Safari knows no idle callbacks. */
export interface Clock {
  requestIdleCallback?: (run: () => void, options: { timeout: number }) => number;
  cancelIdleCallback?: (handle: number) => void;
  setTimeout: (run: () => void, ms: number) => number;
  clearTimeout: (handle: number) => void;
}

/** Runs something once the page has nothing else to do; returns how to call it off. */
export function whenIdle(clock: Clock, run: () => void): () => void {
  if (clock.requestIdleCallback) {
    const handle = clock.requestIdleCallback(run, { timeout: AT_LATEST_MS });
    return () => clock.cancelIdleCallback?.(handle);
  }
  const handle = clock.setTimeout(run, LATER_MS);
  return () => clock.clearTimeout(handle);
}
