// Audits every page of an empty ledger in both themes at desktop and phone width.

import assert from "node:assert/strict";
import { browserTest, registerAdmin } from "./support/browser-test.mjs";
import { auditPage } from "./support/page-audit.mjs";
import { expectVisible } from "./support/waiting.mjs";

const PAGES = [
  { name: "dashboard", path: "/", text: "No calls yet" },
  { name: "live", path: "/live", text: "No active calls" },
  { name: "calls", path: "/calls", text: "No calls yet" },
  { name: "review", path: "/review", text: "Nothing to review" },
  { name: "feedback", path: "/feedback", text: "No feedback in this period" },
  { name: "contacts", path: "/contacts", text: "No contacts yet" },
  { name: "users", path: "/users", text: "You are the only user." },
  { name: "not-found", path: "/calls/CAunknown", text: "Call not found" },
];

browserTest("every empty page renders without overflow or accessibility violations", async (fixture) => {
  const { page } = fixture;
  const problems = [];
  const firstRun = async () => {
    await page.goto("/");
    await expectVisible(
      page.getByText("This is the first account"),
      "the registration form of the first user",
    );
  };
  problems.push(...(await auditPage(page, "first-run", firstRun)));
  const signIn = async () => {
    await firstRun();
    await page.getByRole("radiogroup").getByText("Sign in").click();
    await expectVisible(page.getByRole("button", { name: "Sign in" }), "the sign-in form");
  };
  problems.push(...(await auditPage(page, "sign-in", signIn)));
  await registerAdmin(fixture);
  for (const { name, path, text } of PAGES) {
    const open = async () => {
      await page.goto(path);
      await expectVisible(page.getByRole("main").getByText(text), `the empty page ${path}`);
    };
    problems.push(...(await auditPage(page, `empty-${name}`, open)));
  }
  assert.equal(problems.join("\n"), "");
});
