// Every page of a ledger in which nothing has happened yet: in both themes, on a laptop and on a telephone.

import assert from "node:assert/strict";
import { look } from "./support/look.mjs";
import { asAdmin, story } from "./support/story.mjs";
import { seen } from "./support/waiting.mjs";

const PAGES = [
  { name: "dashboard", path: "/", says: "No calls yet" },
  { name: "live", path: "/live", says: "No call goes on" },
  { name: "calls", path: "/calls", says: "No calls yet" },
  { name: "review", path: "/review", says: "Nothing to review" },
  { name: "feedback", path: "/feedback", says: "No feedback in these days" },
  { name: "contacts", path: "/contacts", says: "No contacts yet" },
  { name: "users", path: "/users", says: "You are alone here" },
  { name: "not-found", path: "/calls/CAnobody", says: "There is no such page" },
];

story("pages without anything in them are whole, and say what to do next", async (stage) => {
  const { page } = stage;
  const wrong = [];
  const firstRun = async () => {
    await page.goto("/");
    await seen(page.getByText("Nobody has registered yet"), "the form that makes the admin");
  };
  wrong.push(...(await look(page, "first-run", firstRun)));
  const signIn = async () => {
    await firstRun();
    await page.getByRole("radiogroup").getByText("Sign in").click();
    await seen(page.getByRole("button", { name: "Sign in" }), "the page that asks who is there");
  };
  wrong.push(...(await look(page, "sign-in", signIn)));
  await asAdmin(stage);
  for (const { name, path, says } of PAGES) {
    const open = async () => {
      await page.goto(path);
      await seen(page.getByRole("main").getByText(says), `the empty page ${path}`);
    };
    wrong.push(...(await look(page, `empty-${name}`, open)));
  }
  assert.equal(wrong.join("\n"), "");
});
