// Waiting for what is to be seen. Nothing here says how long something takes: the limit is only there so that a story that
// waits in vain ends.

/** How long to wait for anything, in milliseconds. Two busy cores and a debug build are slow. */
export const PATIENCE = 60_000;

/**
 * Waits until it is on the page.
 * @param {import("playwright-core").Locator} locator
 * @param {string} what what is waited for, for people
 */
export async function seen(locator, what) {
  await locator
    .first()
    .waitFor({ state: "visible", timeout: PATIENCE })
    .catch((error) => fail(`${what} does not appear`, error));
}

/**
 * Waits until it is no longer on the page.
 * @param {import("playwright-core").Locator} locator
 * @param {string} what what is to go, for people
 */
export async function gone(locator, what) {
  await locator
    .first()
    .waitFor({ state: "hidden", timeout: PATIENCE })
    .catch((error) => fail(`${what} does not go away`, error));
}

/**
 * Asks again until the answer is as wanted, and gives it. A refusal is an answer too: of a call that began just now the
 * service may not have heard yet.
 * @template T
 * @param {string} what what is waited for, for people
 * @param {() => Promise<T>} ask
 * @param {(answer: T) => boolean} wanted
 * @returns {Promise<T>}
 */
export async function until(what, ask, wanted) {
  const deadline = Date.now() + PATIENCE;
  for (;;) {
    const { answer, error } = await ask().then(
      (answer) => ({ answer }),
      (error) => ({ error }),
    );
    if (!error && wanted(answer)) return answer;
    if (Date.now() > deadline) {
      fail(`${what}: not so, but ${error?.message ?? JSON.stringify(answer)?.slice(0, 4_000)}`, error);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** @returns {never} */
function fail(message, cause) {
  throw new Error(message, { cause });
}
