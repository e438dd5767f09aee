// A story: a browser against a service that nobody has used yet. When it fails, a screenshot says where.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { launch } from "./chromium.mjs";
import { PATIENCE } from "./waiting.mjs";

export const PASSWORD = "correct horse battery";
export const ADMIN = { name: "Ada Admin", email: "ada@example.com" };

/** Shorter than the time after which the runner of the whole ends a test: the screenshot must still be made. */
const LONGEST = 500_000;

/** Where pictures go. @param {string} name */
export function picture(name) {
  const folder = process.env.SCREENSHOTS ?? "../target/screenshots";
  mkdirSync(folder, { recursive: true });
  return join(folder, `${name}.png`);
}

/** Where the service is. */
export function baseUrl() {
  const url = process.env.BASE_URL;
  if (!url) throw new Error("BASE_URL says where the service is that the story is played against.");
  return url;
}

/**
 * What a story is given.
 * @typedef {object} Stage
 * @property {import("playwright-core").Browser} browser
 * @property {import("playwright-core").BrowserContext} context
 * @property {import("playwright-core").Page} page
 * @property {(method: string, path: string, data?: unknown) => Promise<any>} api asks the service as whoever is signed in
 *   in the browser, past the page
 * @property {(undo: () => Promise<void>) => void} atTheEnd has something put away, however the story ends
 */

/**
 * Plays a story.
 * @param {string} name what it shows, as a sentence
 * @param {(stage: Stage) => Promise<void>} play
 * @param {import("playwright-core").BrowserContextOptions} [options]
 */
export function story(name, play, options = {}) {
  test(name, { timeout: LONGEST }, async () => {
    const browser = await launch();
    const undone = [];
    try {
      const context = await browser.newContext({
        baseURL: baseUrl(),
        locale: "en-US",
        timezoneId: "America/Chicago",
        viewport: { width: 1280, height: 900 },
        reducedMotion: "reduce",
        ...options,
      });
      context.setDefaultTimeout(PATIENCE);
      const page = await context.newPage();
      const trouble = watched(page);
      try {
        await play({ browser, context, page, api: asking(context), atTheEnd: (undo) => undone.push(undo) });
      } catch (error) {
        const where = picture(
          `failed-${process.argv[1].match(/([\w-]+)\.mjs$/)[1]}-${process.env.PLACE ?? "local"}`,
        );
        await page.screenshot({ path: where }).catch(() => {});
        const said = trouble.length > 0 ? `\nThe page complained:\n${trouble.join("\n")}` : "";
        throw new Error(`${error.message}\nAt ${page.url()}; see ${where}${said}`, { cause: error });
      }
      const errors = trouble.filter((one) => one.startsWith("uncaught"));
      if (errors.length > 0) throw new Error(`The page complained:\n${errors.join("\n")}`);
    } finally {
      await browser.close();
      for (const undo of undone) await undo();
    }
  });
}

/** What goes wrong in a page without anybody seeing it. */
function watched(page) {
  const trouble = [];
  page.on("pageerror", (error) => trouble.push(`uncaught: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error") trouble.push(`console: ${message.text()}`);
  });
  return trouble;
}

function asking(context) {
  return async (method, path, data) => {
    const answer = await context.request.fetch(`${baseUrl()}${path}`, { method, data });
    if (!answer.ok()) throw new Error(`${method} ${path}: ${answer.status()} ${await answer.text()}`);
    const text = await answer.text();
    return text ? JSON.parse(text) : null;
  };
}

/**
 * Registers the admin past the page: how that goes on the page is a story of its own.
 * @param {Stage} stage @returns {Promise<string>} the user
 */
export async function asAdmin({ api }) {
  const { user_id: user } = await api("POST", "/api/auth/register", { ...ADMIN, password: PASSWORD });
  return user;
}
