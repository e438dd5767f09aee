import type { ContactView } from "../../api/types";

export interface Group {
  letter: string;
  contacts: ContactView[];
}

/** Groups contacts by the service's letter; keeps the order of the response. */
export function groupsOf(contacts: readonly ContactView[]): Group[] {
  const groups: Group[] = [];
  for (const contact of contacts) {
    const last = groups.at(-1);
    if (last?.letter === contact.letter) last.contacts.push(contact);
    else groups.push({ letter: contact.letter, contacts: [contact] });
  }
  return groups;
}
