/** An error in a body field (by JSON pointer) or in a parameter (by name). */
export interface FieldProblem {
  pointer?: string | null;
  parameter?: string | null;
  detail: string;
}

const URN = "urn:call-ledger:problem:";

/** A failed request: a problem document (RFC 9457), another error response, or no response (`status` 0). */
export class ApiProblem extends Error {
  readonly kind: string;
  readonly status: number;
  readonly fields: readonly FieldProblem[];
  /** Seconds until a retry is allowed (`Retry-After`), if the service sent it. */
  readonly retryAfter: number | null;

  constructor(of: {
    kind: string;
    status: number;
    title: string;
    fields?: FieldProblem[];
    retryAfter?: number | null;
  }) {
    super(of.title);
    this.name = "ApiProblem";
    this.kind = of.kind;
    this.status = of.status;
    this.fields = of.fields ?? [];
    this.retryAfter = of.retryAfter ?? null;
  }

  /** Whether the same request may succeed when it is retried. */
  get isTransient(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/** The problem for a request that got no response. */
export function unreachable(): ApiProblem {
  return new ApiProblem({
    kind: "unreachable",
    status: 0,
    title: "The service cannot be reached. Check your connection. Your input has not been lost.",
  });
}

/** Reads the problem from an error response. A response that is not a problem document becomes one of kind `unknown`. */
export async function problemOf(response: Response): Promise<ApiProblem> {
  const retryAfter = Number(response.headers.get("retry-after")) || null;
  const isJson = /\bjson\b/.test(response.headers.get("content-type") ?? "");
  const document: unknown = isJson ? await response.json().catch(() => null) : null;
  if (!isProblem(document)) {
    const title =
      response.status >= 500
        ? `The service failed (${response.status}).`
        : `The service rejected the request (${response.status}).`;
    return new ApiProblem({ kind: "unknown", status: response.status, title, retryAfter });
  }
  return new ApiProblem({
    kind: document.type.startsWith(URN) ? document.type.slice(URN.length) : document.type,
    status: response.status,
    title: sentence(document.title),
    fields: document.errors ?? [],
    retryAfter,
  });
}

/** The message shown to the user for any error. */
export function messageOf(error: unknown): string {
  if (error instanceof ApiProblem) {
    const details = error.fields.map((field) => `${nameOf(field)} ${field.detail}`.trim());
    return details.length > 0 ? `${error.message} ${details.map(sentence).join(" ")}` : error.message;
  }
  return error instanceof Error && error.message ? sentence(error.message) : "Something went wrong.";
}

/** The errors of a form's fields by field name: `/settings/name` becomes `settings.name`. */
export function fieldErrors(error: unknown): Record<string, string> {
  if (!(error instanceof ApiProblem)) return {};
  const named = error.fields.map((field) => [nameOf(field), sentence(field.detail)] as const);
  return Object.fromEntries(named.filter(([name]) => name !== ""));
}

function nameOf(field: FieldProblem): string {
  const pointer = field.pointer?.replace(/^\//, "").replaceAll("/", ".");
  return (pointer ?? field.parameter ?? "").replaceAll("~1", "/").replaceAll("~0", "~");
}

function isProblem(value: unknown): value is { type: string; title: string; errors?: FieldProblem[] } {
  if (typeof value !== "object" || value === null) return false;
  const { type, title } = value as Record<string, unknown>;
  return typeof type === "string" && typeof title === "string";
}

function sentence(text: string): string {
  const trimmed = text.trim();
  const capital = trimmed.charAt(0).toUpperCase() + trimmed.slice(1);
  return /[.!?]$/.test(capital) ? capital : `${capital}.`;
}
