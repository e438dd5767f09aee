// Waits for conditions, never for a fixed time. The timeout only ends tests that would otherwise hang.

/** Timeout of every wait, in milliseconds; generous, because a debug build on two busy cores is slow. */
export const WAIT_TIMEOUT_MS = 60_000;

/**
 * Waits until an element is visible.
 * @param {import("playwright-core").Locator} locator
 * @param {string} what description for the error message
 */
export async function expectVisible(locator, what) {
  await locator
    .first()
    .waitFor({ state: "visible", timeout: WAIT_TIMEOUT_MS })
    .catch((error) => fail(`not visible: ${what}`, error));
}

/**
 * Waits until an element is gone.
 * @param {import("playwright-core").Locator} locator
 * @param {string} what description for the error message
 */
export async function expectHidden(locator, what) {
  await locator
    .first()
    .waitFor({ state: "hidden", timeout: WAIT_TIMEOUT_MS })
    .catch((error) => fail(`still visible: ${what}`, error));
}

/**
 * Polls until a result meets the condition, and returns it. Errors are retried: the service may not know a new call yet.
 * @template T
 * @param {string} what description for the error message
 * @param {() => Promise<T>} poll
 * @param {(result: T) => boolean} isMet
 * @returns {Promise<T>}
 */
export async function waitUntil(what, poll, isMet) {
  const deadline = Date.now() + WAIT_TIMEOUT_MS;
  for (;;) {
    const { result, error } = await poll().then(
      (result) => ({ result }),
      (error) => ({ error }),
    );
    if (!error && isMet(result)) return result;
    if (Date.now() > deadline) {
      fail(
        `timeout waiting for: ${what}; last result: ${error?.message ?? JSON.stringify(result)?.slice(0, 4_000)}`,
        error,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** @returns {never} */
function fail(message, cause) {
  throw new Error(message, { cause });
}
