// The telephone network: who calls, who can be called, and what they say. It is the sandbox, by its own doors.

/** @param {string} what @param {string} path @param {RequestInit} [request] */
async function ask(what, path, request) {
  const answer = await fetch(`${process.env.SANDBOX_URL}/sandbox/${path}`, request);
  if (!answer.ok) throw new Error(`${what}: ${answer.status} ${await answer.text()}`);
  return answer.status === 204 ? null : answer.json();
}

const json = (method, value) => ({
  method,
  headers: { "content-type": "application/json" },
  body: JSON.stringify(value),
});

/** Nobody hangs up because a machine is slow: a day, in seconds. */
const A_DAY = 86_400;

/**
 * Has somebody call our number.
 * @param {object[]} steps what they do, as the sandbox's scenarios say it
 * @returns {Promise<string>} the call
 */
export async function call(steps, from = "+15045550142") {
  const patient = steps.map((step) => ({ within_s: A_DAY, ...step }));
  const scenario = { description: "a call of a story", caller: { from, steps: patient } };
  return (await ask("nobody calls", "calls", json("POST", scenario))).sid;
}

/**
 * Has somebody at a telephone of theirs: by number, or `client:` and a user.
 * @param {string} address @param {object[]} steps what they do once they have answered
 */
export async function atTheTelephone(address, steps) {
  const patient = [...steps, { wait_s: A_DAY }].map((step) => ({ within_s: A_DAY, ...step }));
  const party = { after_s: 1, steps: patient };
  await ask(`${address} cannot be called`, `parties/${encodeURIComponent(address)}`, json("PUT", party));
}

/** What somebody on a leg does now: `{ say }`, `{ digits }` or `{ hang_up: true }`. */
export async function does(callId, step) {
  await ask("nothing was done", `calls/${callId}/line`, json("POST", step));
}

/** The call as the network has it. */
export function show(callId) {
  return ask("the call is not known", `calls/${callId}`);
}
