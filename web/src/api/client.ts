import createClient from "openapi-fetch";
import type { paths } from "./schema";
import { send } from "./transport";

/** Typed client for every endpoint of the OpenAPI document. Any response other than 2xx is thrown as an `ApiProblem`. */
export const api = createClient<paths>({ baseUrl: window.location.origin, fetch: send });

interface ApiResponse<T> {
  data?: T;
  response: Response;
}

/** The body of a response. */
export async function body<T>(response: Promise<ApiResponse<T>>): Promise<T> {
  return (await response).data as T;
}

/** The response to a write: its body, and the log position of its last event. */
export interface WriteResponse<T> {
  body: T;
  position: number | null;
}

export async function writeResponse<T>(pending: Promise<ApiResponse<T>>): Promise<WriteResponse<T>> {
  const { data, response } = await pending;
  return { body: data as T, position: positionOf(response) };
}

/** The log position a response includes (`X-Ledger-Position`); null when the header is missing. */
export function positionOf(response: Response): number | null {
  return integerHeader(response, "x-ledger-position");
}

/** The total number of items (`X-Total-Count`), which may be more than the response lists; null when the header is missing. */
export function totalOf(response: Response): number | null {
  return integerHeader(response, "x-total-count");
}

function integerHeader(response: Response, header: string): number | null {
  const text = response.headers.get(header);
  const number = text === null ? Number.NaN : Number(text);
  return Number.isSafeInteger(number) ? number : null;
}
