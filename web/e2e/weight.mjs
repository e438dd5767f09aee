// The transfer size of the first load: all scripts and styles that Live loads, compressed.

import assert from "node:assert/strict";
import { get } from "node:http";
import { baseUrl, browserTest, registerAdmin } from "./support/browser-test.mjs";
import { expectVisible } from "./support/waiting.mjs";

const MAX_BYTES = 300_000;

/** @returns {Promise<{ encoding: string | undefined, bytes: number }>} encoding and transfer size of a file */
function fetchSize(url) {
  return new Promise((resolve, reject) => {
    get(url, { headers: { "accept-encoding": "gzip" } }, (response) => {
      let bytes = 0;
      response.on("data", (chunk) => {
        bytes += chunk.length;
      });
      response.on("error", reject);
      response.on("end", () => resolve({ encoding: response.headers["content-encoding"], bytes }));
    }).on("error", reject);
  });
}

browserTest("the first load of Live is under 300 kB", async (fixture) => {
  const { page } = fixture;
  await registerAdmin(fixture);
  const urls = new Set();
  page.on("request", (request) => {
    if (/^(script|stylesheet)$/.test(request.resourceType())) urls.add(request.url());
  });
  await page.goto("/live");
  await expectVisible(page.getByText("No active calls"), "the empty Live page");
  await page.waitForLoadState("networkidle");
  assert.ok(urls.size > 1, "the page loads no scripts");
  let sum = 0;
  for (const url of urls) {
    const { pathname, origin } = new URL(url);
    assert.equal(origin, new URL(baseUrl()).origin, `${url} is loaded from another origin`);
    const { encoding, bytes } = await fetchSize(url);
    // Files smaller than a packet gain nothing from compression.
    assert.ok(encoding === "gzip" || bytes < 1_500, `${pathname} is not compressed: ${encoding}`);
    sum += bytes;
  }
  console.log(`${urls.size} files, ${sum} bytes`);
  assert.ok(sum < MAX_BYTES, `${sum} bytes in ${urls.size} files`);
});
