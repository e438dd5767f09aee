/**
 * Whether the session cookie, which is sent over HTTPS only, would not be kept on this page. Browsers keep it on
 * `localhost`.
 */
export function isInsecure(
  page: { protocol: string; hostname: string },
  secureUrl: string | null | undefined,
): boolean {
  const isLocal = page.hostname === "localhost" || page.hostname.endsWith(".localhost");
  return Boolean(secureUrl?.startsWith("https:")) && page.protocol === "http:" && !isLocal;
}

/** The address of the service in its `Link` header: `<https://calls.example/>; rel="canonical"`. */
export function canonicalUrl(link: string | null): string | null {
  return link?.match(/^<([^>]+)>; rel="canonical"$/)?.[1] ?? null;
}
