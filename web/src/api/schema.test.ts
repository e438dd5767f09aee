import { readFileSync } from "node:fs";
import openapiTS, { astToString } from "openapi-typescript";
import { expect, it } from "vitest";

it("the types are those of the OpenAPI document: run `npm run api`", async () => {
  const generated = astToString(
    await openapiTS(new URL("../../openapi.json", import.meta.url), { defaultNonNullable: false }),
  );
  const kept = readFileSync(new URL("./schema.d.ts", import.meta.url), "utf8");
  // The command line writes a heading above what the library makes.
  expect(kept.endsWith(generated)).toBe(true);
});
