import { expect, test } from "vitest";
import { canonicalUrl, isInsecure } from "./isInsecure";

const secure = "https://calls.example/";

test.each([
  ["http:", "calls.example", secure, true],
  ["http:", "10.0.0.7", secure, true],
  ["https:", "calls.example", secure, false],
  ["http:", "localhost", secure, false],
  ["http:", "calls.example", null, false],
  ["http:", "calls.example", undefined, false],
])("%s//%s with %s needs HTTPS: %s", (protocol, hostname, url, expected) => {
  expect(isInsecure({ protocol, hostname }, url)).toBe(expected);
});

test("address of the service is read from its link", () => {
  expect(canonicalUrl('<https://calls.example/>; rel="canonical"')).toBe(secure);
  expect(canonicalUrl('<https://calls.example/>; rel="next"')).toBeNull();
  expect(canonicalUrl(null)).toBeNull();
});
