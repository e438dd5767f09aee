// Controls the sandbox telephone network through its API: callers, parties that can be called, and what they say.

/** @param {string} failure message of the error @param {string} path @param {RequestInit} [init] */
async function send(failure, path, init) {
  const response = await fetch(`${process.env.SANDBOX_URL}/sandbox/${path}`, init);
  if (!response.ok) throw new Error(`${failure}: ${response.status} ${await response.text()}`);
  return response.status === 204 ? null : response.json();
}

const json = (method, value) => ({
  method,
  headers: { "content-type": "application/json" },
  body: JSON.stringify(value),
});

/** Time limit of a step, in seconds: a simulated party must not hang up because the machine is slow. */
const STEP_TIMEOUT_S = 86_400;

/**
 * Simulates a caller who calls the service's number.
 * @param {object[]} steps the caller's steps, in the sandbox's scenario format
 * @returns {Promise<string>} the call's identifier
 */
export async function placeCall(steps, from = "+15045550142") {
  const withTimeout = steps.map((step) => ({ within_s: STEP_TIMEOUT_S, ...step }));
  const scenario = { description: "a call of an e2e test", caller: { from, steps: withTimeout } };
  return (await send("the call was not placed", "calls", json("POST", scenario))).sid;
}

/**
 * Simulates a party that answers calls to an address: a number, or `client:` and a user identifier.
 * @param {string} address @param {object[]} steps the party's steps after answering
 */
export async function setParty(address, steps) {
  const withTimeout = [...steps, { wait_s: STEP_TIMEOUT_S }].map((step) => ({
    within_s: STEP_TIMEOUT_S,
    ...step,
  }));
  const party = { after_s: 1, steps: withTimeout };
  await send(
    `the party ${address} was not set`,
    `parties/${encodeURIComponent(address)}`,
    json("PUT", party),
  );
}

/** Performs a step on the caller's leg now: `{ say }`, `{ digits }` or `{ hang_up: true }`. */
export async function sendStep(callId, step) {
  await send("the step was not performed", `calls/${callId}/line`, json("POST", step));
}

/** The call's state in the sandbox. */
export function sandboxCall(callId) {
  return send("the sandbox does not know the call", `calls/${callId}`);
}
