/** The delay in browsers without idle callbacks, in milliseconds. */
const FALLBACK_DELAY_MS = 2_000;
/** The longest wait on a busy page, in milliseconds. */
const IDLE_TIMEOUT_MS = 10_000;

/** The used part of `window`. Safari has no idle callbacks. */
export interface Clock {
  requestIdleCallback?: (run: () => void, options: { timeout: number }) => number;
  cancelIdleCallback?: (handle: number) => void;
  setTimeout: (run: () => void, ms: number) => number;
  clearTimeout: (handle: number) => void;
}

/** Runs a function once the page is idle; returns a function that cancels it. */
export function whenIdle(clock: Clock, run: () => void): () => void {
  if (clock.requestIdleCallback) {
    const handle = clock.requestIdleCallback(run, { timeout: IDLE_TIMEOUT_MS });
    return () => clock.cancelIdleCallback?.(handle);
  }
  const handle = clock.setTimeout(run, FALLBACK_DELAY_MS);
  return () => clock.clearTimeout(handle);
}
