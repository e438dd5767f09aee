import { expect, test } from "vitest";
import type { UserEvent } from "../../api/types";
import { nameOfActor, sentence } from "./userHistory";

const event = (type: string, data: object) => ({ type, data }) as UserEvent;

test("an event of a user is a sentence, also once erased", () => {
  expect(sentence(event("SignedIn", { address: "192.0.2.7" }))).toBe("Signed in from 192.0.2.7");
  expect(sentence(event("SignedIn", { address: { erased: true } }))).toBe("Signed in from (erased)");
  expect(sentence(event("SignInFailed", { count: 3, address: "192.0.2.7" }))).toBe(
    "Wrong password 3 times from 192.0.2.7",
  );
  expect(sentence(event("RoleChanged", { role: "agent" }))).toBe("Role changed to Team member");
  expect(sentence({ type: "SomethingNew", data: { unreadable: "a newer version" } })).toBe(
    "Cannot be read by this version: a newer version",
  );
});

test("the actor is named for people", () => {
  const names = (id: string) => (id === "user_1" ? "Ada" : "a team member");
  expect(nameOfActor("user:user_1", names)).toBe("Ada");
  expect(nameOfActor("user:user_2", names)).toBe("a team member");
  expect(nameOfActor("cli:root", names)).toBe("root on the command line");
  expect(nameOfActor("process:sign_in", names)).toBe("Call Ledger");
});
