// The first run: the page makes the admin. Then a colleague is invited, and refused what is not theirs.

import assert from "node:assert/strict";
import { ADMIN, PASSWORD, picture, story } from "./support/story.mjs";
import { gone, PATIENCE, seen } from "./support/waiting.mjs";

const COLLEAGUE = { name: "Bob Agent", email: "bob@example.com" };

/** Fills the form in that makes an account. */
async function register(page, { name, email }) {
  await page.getByRole("textbox", { name: "Name" }).fill(name);
  await page.getByRole("textbox", { name: "E-mail address" }).fill(email);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Create account" }).click();
}

const account = (page, { name }) => page.getByRole("button", { name: `account of ${name}` });

story(
  "the first person becomes the admin on the page, and a colleague sees what is theirs",
  async (stage) => {
    const { browser, page } = stage;
    await page.goto("/");
    await seen(page.getByRole("heading", { name: "Call Ledger" }), "the page that asks who is there");
    await seen(page.getByText("you become the admin"), "that nobody has registered yet");
    await gone(page.getByRole("textbox", { name: "Invitation" }), "a field that the first does not need");
    await page.screenshot({ path: picture("first-run") });
    await register(page, ADMIN);
    await seen(page.getByText("No calls yet"), "the dashboard of a new ledger");

    await account(page, ADMIN).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await seen(page.getByRole("button", { name: "Sign in" }), "the page that asks who is there");
    await page.screenshot({ path: picture("sign-in") });
    await page.getByRole("textbox", { name: "E-mail address" }).fill(ADMIN.email);
    await page.getByLabel("Password", { exact: true }).fill("not this one, certainly");
    await page.getByRole("button", { name: "Sign in" }).click();
    await seen(page.getByText("You are not signed in"), "that a wrong password opens nothing");
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.getByRole("button", { name: "Sign in" }).click();
    await seen(account(page, ADMIN), "that the admin is signed in");

    await page.getByRole("link", { name: "Users" }).click();
    await seen(page.getByText("You are alone here"), "that there is nobody else");
    await page.getByRole("button", { name: "Invite" }).click();
    const invite = page.getByRole("dialog", { name: "Invite a colleague" });
    await invite.getByRole("textbox", { name: "E-mail address" }).fill(COLLEAGUE.email);
    await invite.getByRole("radio", { name: "Agent" }).check();
    await invite.getByRole("button", { name: "Make the invitation" }).click();
    const link = await invite.getByText(/\?invitation=/).textContent();

    const theirs = await browser.newContext({ locale: "en-US", viewport: { width: 1280, height: 900 } });
    theirs.setDefaultTimeout(PATIENCE);
    const colleague = await theirs.newPage();
    await colleague.goto(link);
    await register(colleague, COLLEAGUE);
    await seen(account(colleague, COLLEAGUE), "that the colleague is signed in");
    assert.equal(new URL(colleague.url()).search, "", "the invitation stays in the address");
    await gone(colleague.getByRole("link", { name: "Users" }), "what is not theirs in the menu");
    await colleague.goto(new URL("/users", link).href);
    await seen(colleague.getByText("This page is not open to your role"), "that the page is not theirs");
    const refused = await theirs.request.get(new URL("/api/users", link).href);
    assert.equal(refused.status(), 403, await refused.text());
    await colleague.goto(new URL("/agents/default", link).href);
    await seen(
      colleague.getByText("Only an admin may change agents."),
      "that agents are not theirs to change",
    );
    await colleague.goto(new URL("/live", link).href);
    await seen(colleague.getByText("No call goes on"), "that live calls are theirs to see");

    // Whoever is put out is out at once.
    await invite.getByRole("button", { name: "Done" }).click();
    await page.reload();
    const row = page.getByRole("listitem").filter({ hasText: COLLEAGUE.name });
    await row.getByRole("switch", { name: "May sign in" }).click();
    await seen(row.getByRole("switch", { checked: false, disabled: false }), "that the colleague is put out");
    await colleague.reload();
    await seen(colleague.getByRole("button", { name: "Sign in" }), "that the colleague is signed out");
  },
);
