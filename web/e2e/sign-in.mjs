// The first run creates the admin. The admin invites a team member, who is refused pages without permission.

import assert from "node:assert/strict";
import { ADMIN, browserTest, PASSWORD, screenshotPath } from "./support/browser-test.mjs";
import { expectHidden, expectVisible, WAIT_TIMEOUT_MS } from "./support/waiting.mjs";

const MEMBER = { name: "Bob Member", email: "bob@example.com" };

/** Fills in and submits the registration form. */
async function register(page, { name, email }) {
  await page.getByRole("textbox", { name: "Name" }).fill(name);
  await page.getByRole("textbox", { name: "E-mail address" }).fill(email);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Create account" }).click();
}

const account = (page, { name }) => page.getByRole("button", { name: `account of ${name}` });

browserTest(
  "the first user becomes the admin, and an invited team member is limited to their permissions",
  async (fixture) => {
    const { browser, page } = fixture;
    await page.goto("/");
    await expectVisible(page.getByRole("heading", { name: "Call Ledger" }), "the sign-in page");
    await expectVisible(page.getByText("You become the admin"), "the hint for the first account");
    await expectHidden(page.getByRole("textbox", { name: "Invitation" }), "the invitation field");
    await page.screenshot({ path: screenshotPath("first-run") });
    await register(page, ADMIN);
    await expectVisible(page.getByText("No calls yet"), "the empty dashboard");

    await account(page, ADMIN).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await expectVisible(page.getByRole("button", { name: "Sign in" }), "the sign-in page");
    await page.screenshot({ path: screenshotPath("sign-in") });
    await page.getByRole("textbox", { name: "E-mail address" }).fill(ADMIN.email);
    await page.getByLabel("Password", { exact: true }).fill("a wrong password");
    await page.getByRole("button", { name: "Sign in" }).click();
    await expectVisible(page.getByText("Sign-in failed"), "the error for a wrong password");
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.getByRole("button", { name: "Sign in" }).click();
    await expectVisible(account(page, ADMIN), "the admin's user menu");

    await page.getByRole("link", { name: "Users" }).click();
    await expectVisible(page.getByText("You are the only user."), "the hint that there are no other users");
    const zone = page.getByRole("combobox", { name: "Time zone of your days" });
    await zone.click();
    await zone.pressSequentially("Los Angeles");
    await expectVisible(page.getByRole("option", { name: /^Los Angeles/ }), "the time zone option");
    await page.keyboard.press("Enter");
    await page.getByRole("region", { name: "Time zone" }).getByRole("button", { name: "Save" }).click();
    await expectVisible(page.getByText("Changed by you"), "who changed the time zone");
    await page.getByRole("link", { name: "Feedback" }).click();
    await expectVisible(page.getByText("Days are in America/Los_Angeles."), "the time zone of the days");
    await page.getByRole("link", { name: "Users" }).click();
    await page.getByRole("button", { name: "Invite" }).click();
    const invite = page.getByRole("dialog", { name: "Invite a user" });
    await invite.getByRole("textbox", { name: "E-mail address" }).fill(MEMBER.email);
    await invite.getByRole("radio", { name: "Team member" }).check();
    await invite.getByRole("button", { name: "Create invitation" }).click();
    const link = await invite.getByText(/\?invitation=/).textContent();
    await invite.getByRole("button", { name: "Done" }).click();
    await page.getByRole("button", { name: "Invite" }).click();
    const mistyped = MEMBER.email.replace("@", ".typo@");
    await invite.getByRole("textbox", { name: "E-mail address" }).fill(mistyped);
    await invite.getByRole("button", { name: "Create invitation" }).click();
    await invite.getByRole("button", { name: "Done" }).click();
    await expectVisible(page.getByText(MEMBER.email, { exact: true }), "the pending invitation");
    await page.getByRole("button", { name: `Revoke the invitation of ${mistyped}` }).click();
    await expectHidden(page.getByText(mistyped, { exact: true }), "the revoked invitation");

    const memberContext = await browser.newContext({
      locale: "en-US",
      viewport: { width: 1280, height: 900 },
    });
    memberContext.setDefaultTimeout(WAIT_TIMEOUT_MS);
    const memberPage = await memberContext.newPage();
    await memberPage.goto(link);
    await register(memberPage, MEMBER);
    await expectVisible(account(memberPage, MEMBER), "the team member's user menu");
    assert.equal(new URL(memberPage.url()).search, "", "the invitation stays in the address");
    await expectHidden(memberPage.getByRole("link", { name: "Users" }), "the Users menu entry");
    await memberPage.goto(new URL("/users", link).href);
    await expectVisible(
      memberPage.getByText("You do not have access to this page"),
      "the access denied page",
    );
    const refused = await memberContext.request.get(new URL("/api/users", link).href);
    assert.equal(refused.status(), 403, await refused.text());
    await memberPage.goto(new URL("/agents/default", link).href);
    await expectVisible(
      memberPage.getByText("Only an admin can change assistants."),
      "the read-only notice for assistants",
    );
    await memberPage.goto(new URL("/live", link).href);
    await expectVisible(memberPage.getByText("No active calls"), "the Live page");

    // Deactivating a user ends their session immediately.
    await page.reload();
    const row = page.getByRole("listitem").filter({ hasText: MEMBER.name });
    await row.getByRole("switch", { name: "Active" }).click();
    await expectVisible(
      row.getByRole("switch", { checked: false, disabled: false }),
      "the deactivated switch",
    );
    await memberPage.reload();
    await expectVisible(
      memberPage.getByRole("button", { name: "Sign in" }),
      "the sign-in page after deactivation",
    );
  },
);
