import { problemOf, unreachable } from "./problem";

/** A write that names itself may be sent again without being done twice. */
export const IDEMPOTENCY_KEY = "Idempotency-Key";
/** Waits before the second and the third try, in milliseconds. */
const WAITS = [300, 1200];

type Listener = () => void;
let signedOut: Listener = () => {};

/** Told when a request finds that the session is over. */
export function onSignedOut(listener: Listener): void {
  signedOut = listener;
}

/** A name for one write. `crypto.randomUUID` would need https, and a laptop in the same network may not have it. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * Sends a request; answers of the 2xx only, anything else is thrown as an `ApiProblem`.
 *
 * A write carries an `Idempotency-Key`, so one whose answer got lost on the way is sent again under the same key.
 */
export async function send(request: Request): Promise<Response> {
  const isWrite = request.method !== "GET" && request.method !== "HEAD";
  if (isWrite && !request.headers.has(IDEMPOTENCY_KEY)) {
    request.headers.set(IDEMPOTENCY_KEY, newKey());
  }
  const response = await untilAnswered(request, isWrite);
  if (response.ok) return response;
  const problem = await problemOf(response);
  if (problem.kind === "unauthenticated") signedOut();
  throw problem;
}

async function untilAnswered(request: Request, isWrite: boolean): Promise<Response> {
  // Reads are tried again by the query client, which also knows when nobody is interested any longer.
  for (const wait of isWrite ? WAITS : []) {
    try {
      return await fetch(request.clone());
    } catch {
      if (request.signal.aborted) throw unreachable();
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
  try {
    return await fetch(request);
  } catch (error) {
    if (request.signal.aborted) throw error;
    throw unreachable();
  }
}
