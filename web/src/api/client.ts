import createClient from "openapi-fetch";
import type { paths } from "./schema";
import { send } from "./transport";

/** Every endpoint of the OpenAPI document, typed. Anything but a 2xx is thrown as an `ApiProblem`. */
export const api = createClient<paths>({ baseUrl: window.location.origin, fetch: send });

interface Answer<T> {
  data?: T;
  response: Response;
}

/** The body of an answer. */
export async function body<T>(answer: Promise<Answer<T>>): Promise<T> {
  return (await answer).data as T;
}

/** The answer to a write: its body, and the position of its last event in the log. */
export interface WriteResponse<T> {
  body: T;
  position: number | null;
}

/** The body of the answer to a write, with its place in the log. */
export async function writeResponse<T>(answer: Promise<Answer<T>>): Promise<WriteResponse<T>> {
  const { data, response } = await answer;
  return { body: data as T, position: positionOf(response) };
}

/** How far the answer reaches, where it says so. */
export function positionOf(response: Response): number | null {
  return whole(response, "x-ledger-position");
}

/** How many there are, where the answer says so: it may tell of some of them only. */
export function totalOf(response: Response): number | null {
  return whole(response, "x-total-count");
}

function whole(response: Response, header: string): number | null {
  const text = response.headers.get(header);
  const number = text === null ? Number.NaN : Number(text);
  return Number.isSafeInteger(number) ? number : null;
}
