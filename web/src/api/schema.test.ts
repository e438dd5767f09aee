import { readFileSync } from "node:fs";
import openapiTS, { astToString } from "openapi-typescript";
import { expect, it } from "vitest";

it("schema.d.ts matches openapi.json; run `npm run api` if it does not", async () => {
  const generated = astToString(
    await openapiTS(new URL("../../openapi.json", import.meta.url), { defaultNonNullable: false }),
  );
  const committed = readFileSync(new URL("./schema.d.ts", import.meta.url), "utf8");
  // The command-line tool adds a header that the library does not.
  expect(committed.endsWith(generated)).toBe(true);
});
