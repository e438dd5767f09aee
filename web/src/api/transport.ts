import { problemOf, unreachable } from "./problem";

/** Lets the service recognize a repeated write, so that it is applied only once. */
export const IDEMPOTENCY_KEY = "Idempotency-Key";
/** Waits before the second and third attempt of a write, in milliseconds. */
const RETRY_DELAYS_MS = [300, 1200];

type Listener = () => void;
let signedOut: Listener = () => {};

/** Sets the listener that is called when a request is answered `unauthenticated`. */
export function onSignedOut(listener: Listener): void {
  signedOut = listener;
}

/** Asks the user for the password; false if they refuse. Set by the page. */
let confirmPassword: () => Promise<boolean> = async () => false;

/** Sets the function that is called when a request is answered `password-confirmation-required`. */
export function onConfirmationRequired(confirm: () => Promise<boolean>): void {
  confirmPassword = confirm;
}

/** A random idempotency key. `crypto.randomUUID` needs HTTPS, which a service on the local network may not have. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * Sends a request and returns a 2xx response; anything else is thrown as an `ApiProblem`.
 *
 * A write carries an `Idempotency-Key`, so it is retried with the same key when its response is lost.
 */
export async function send(request: Request): Promise<Response> {
  const isWrite = request.method !== "GET" && request.method !== "HEAD";
  if (isWrite && !request.headers.has(IDEMPOTENCY_KEY)) {
    request.headers.set(IDEMPOTENCY_KEY, newKey());
  }
  const again = request.clone();
  const response = await fetchWithRetry(request, isWrite);
  if (response.ok) return response;
  const problem = await problemOf(response);
  if (problem.kind === "password-confirmation-required" && (await confirmPassword())) return send(again);
  if (problem.kind === "unauthenticated") signedOut();
  throw problem;
}

async function fetchWithRetry(request: Request, isWrite: boolean): Promise<Response> {
  // The query client retries reads; it also knows when a result is no longer needed.
  for (const wait of isWrite ? RETRY_DELAYS_MS : []) {
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
