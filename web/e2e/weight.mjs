// What the first page costs over the wire: all scripts and styles that Live loads, compressed as every browser takes them.

import assert from "node:assert/strict";
import { get } from "node:http";
import { asAdmin, baseUrl, story } from "./support/story.mjs";
import { seen } from "./support/waiting.mjs";

/** In bytes. */
const MOST = 300_000;

/** @returns {Promise<{ encoding: string | undefined, bytes: number }>} a file as it goes over the wire */
function fetched(url) {
  return new Promise((resolve, reject) => {
    get(url, { headers: { "accept-encoding": "gzip" } }, (answer) => {
      let bytes = 0;
      answer.on("data", (chunk) => {
        bytes += chunk.length;
      });
      answer.on("error", reject);
      answer.on("end", () => resolve({ encoding: answer.headers["content-encoding"], bytes }));
    }).on("error", reject);
  });
}

story("the first load of Live is under 300 kB", async (stage) => {
  const { page } = stage;
  await asAdmin(stage);
  const urls = new Set();
  page.on("request", (request) => {
    if (/^(script|stylesheet)$/.test(request.resourceType())) urls.add(request.url());
  });
  await page.goto("/live");
  await seen(page.getByText("No call goes on"), "the page that waits for calls");
  await page.waitForLoadState("networkidle");
  assert.ok(urls.size > 1, "the page loads no scripts");
  let sum = 0;
  for (const url of urls) {
    const { pathname, origin } = new URL(url);
    assert.equal(origin, new URL(baseUrl()).origin, `${url} comes from elsewhere`);
    const { encoding, bytes } = await fetched(url);
    // Compressing what is smaller than a packet makes it larger.
    assert.ok(encoding === "gzip" || bytes < 1_500, `${pathname} is not compressed: ${encoding}`);
    sum += bytes;
  }
  console.log(`${urls.size} files, ${sum} bytes`);
  assert.ok(sum < MOST, `${sum} bytes in ${urls.size} files`);
});
