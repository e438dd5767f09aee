// A test with a browser against a new service without users. A failed test leaves a screenshot.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { launch } from "./chromium.mjs";
import { WAIT_TIMEOUT_MS } from "./waiting.mjs";

export const PASSWORD = "correct horse battery";
export const ADMIN = { name: "Ada Admin", email: "ada@example.com" };

/** In milliseconds; shorter than the time limit of the outer test runner, so that a failed test can still take its screenshot. */
const TEST_TIMEOUT_MS = 500_000;

/** The path of a screenshot. @param {string} name */
export function screenshotPath(name) {
  const folder = process.env.SCREENSHOTS ?? "../target/screenshots";
  mkdirSync(folder, { recursive: true });
  return join(folder, `${name}.png`);
}

/** The address of the service under test. */
export function baseUrl() {
  const url = process.env.BASE_URL;
  if (!url) throw new Error("BASE_URL is not set: set it to the address of the service under test.");
  return url;
}

/**
 * The parameters of a test.
 * @typedef {object} Fixture
 * @property {import("playwright-core").Browser} browser
 * @property {import("playwright-core").BrowserContext} context
 * @property {import("playwright-core").Page} page
 * @property {(method: string, path: string, data?: unknown) => Promise<any>} api sends an API request with the
 *   session of the browser
 * @property {(cleanup: () => Promise<void>) => void} onCleanup registers a function that runs after the test, even if it fails
 */

/**
 * Defines a test.
 * @param {string} name what the test verifies, as a sentence
 * @param {(fixture: Fixture) => Promise<void>} run
 * @param {import("playwright-core").BrowserContextOptions} [options]
 */
export function browserTest(name, run, options = {}) {
  test(name, { timeout: TEST_TIMEOUT_MS }, async () => {
    const browser = await launch();
    const cleanups = [];
    try {
      const context = await browser.newContext({
        baseURL: baseUrl(),
        locale: "en-US",
        timezoneId: "America/Chicago",
        viewport: { width: 1280, height: 900 },
        reducedMotion: "reduce",
        ...options,
      });
      context.setDefaultTimeout(WAIT_TIMEOUT_MS);
      const page = await context.newPage();
      const pageErrors = collectErrors(page);
      try {
        await run({
          browser,
          context,
          page,
          api: apiClient(context),
          onCleanup: (cleanup) => cleanups.push(cleanup),
        });
      } catch (error) {
        const where = screenshotPath(
          `failed-${process.argv[1].match(/([\w-]+)\.mjs$/)[1]}-${process.env.PLACE ?? "local"}`,
        );
        await page.screenshot({ path: where }).catch(() => {});
        const details = pageErrors.length > 0 ? `\nErrors in the page:\n${pageErrors.join("\n")}` : "";
        throw new Error(`${error.message}\nAt ${page.url()}; see ${where}${details}`, { cause: error });
      }
      const errors = pageErrors.filter((message) => message.startsWith("uncaught"));
      if (errors.length > 0) throw new Error(`Errors in the page:\n${errors.join("\n")}`);
    } finally {
      await browser.close();
      for (const cleanup of cleanups) await cleanup();
    }
  });
}

/** Collects uncaught exceptions and console errors of a page. */
function collectErrors(page) {
  const errors = [];
  page.on("pageerror", (error) => errors.push(`uncaught: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(`console: ${message.text()}`);
  });
  return errors;
}

function apiClient(context) {
  return async (method, path, data) => {
    const response = await context.request.fetch(`${baseUrl()}${path}`, { method, data });
    if (!response.ok()) throw new Error(`${method} ${path}: ${response.status()} ${await response.text()}`);
    const text = await response.text();
    return text ? JSON.parse(text) : null;
  };
}

/**
 * Registers the admin through the API; `sign-in.mjs` tests the registration form.
 * @param {Fixture} fixture @returns {Promise<string>} the user's identifier
 */
export async function registerAdmin({ api }) {
  const { user_id: user } = await api("POST", "/api/auth/register", { ...ADMIN, password: PASSWORD });
  return user;
}
