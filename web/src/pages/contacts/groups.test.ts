import { expect, it } from "vitest";
import type { ContactView } from "../../api/types";
import { groupsOf } from "./groups";

const contact = (letter: string, name: string) => ({ letter, name, contact_id: name }) as ContactView;

it("contacts are grouped by letter in the given order", () => {
  const groups = groupsOf([
    contact("A", "Ada"),
    contact("A", "Alan"),
    contact("G", "Grace"),
    contact("#", "42"),
  ]);
  expect(groups.map(({ letter, contacts }) => [letter, contacts.length])).toEqual([
    ["A", 2],
    ["G", 1],
    ["#", 1],
  ]);
});
