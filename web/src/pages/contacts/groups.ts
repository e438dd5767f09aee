import type { ContactView } from "../../api/types";

export interface Group {
  letter: string;
  contacts: ContactView[];
}

/** Contacts by the letter that the service files them under; they come in order, so do the groups. */
export function groupsOf(contacts: readonly ContactView[]): Group[] {
  const groups: Group[] = [];
  for (const contact of contacts) {
    const last = groups.at(-1);
    if (last?.letter === contact.letter) last.contacts.push(contact);
    else groups.push({ letter: contact.letter, contacts: [contact] });
  }
  return groups;
}
