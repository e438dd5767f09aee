import { isUnreadable } from "../../api/events";
import type { PersonalText, UnreadableEvent, UserEvent } from "../../api/types";
import { roleLabel } from "../../session/permissions";

/** A personal value, unless it was erased. */
function known(value: PersonalText): string {
  return typeof value === "string" ? value : "(erased)";
}

/** What an event of a user says, as a sentence. */
export function sentence(event: UserEvent | UnreadableEvent): string {
  if (isUnreadable(event)) return `Cannot be read by this version: ${event.data.unreadable}`;
  switch (event.type) {
    case "UserInvited":
      return `Invited as ${roleLabel(event.data.role)} with the address ${known(event.data.email)}`;
    case "InvitationRevoked":
      return "Invitation revoked";
    case "UserRegistered":
      return event.data.operator
        ? `Registered as ${roleLabel(event.data.role)} and operator of the installation`
        : `Registered as ${roleLabel(event.data.role)}`;
    case "UserRenamed":
      return `Renamed to ${known(event.data.name)}`;
    case "RoleChanged":
      return `Role changed to ${roleLabel(event.data.role)}`;
    case "UserDeactivated":
      return "Deactivated";
    case "UserReactivated":
      return "Activated again";
    case "OperatorGranted":
      return "Made operator of the installation";
    case "OperatorRevoked":
      return "No operator of the installation any more";
    case "PasswordChanged":
      return "Password changed";
    case "TokenCreated":
      return `API token “${known(event.data.label)}” created`;
    case "TokenRevoked":
      return "API token revoked";
    case "SignedIn":
      return `Signed in from ${known(event.data.address)}`;
    case "SignedOut":
      return "Signed out";
    case "SignInFailed":
      return event.data.count === 1
        ? `Wrong password once from ${known(event.data.address)}`
        : `Wrong password ${event.data.count} times from ${known(event.data.address)}`;
    case "UserErased":
      return `Erased: ${event.data.ground}`;
  }
}

/** The actor of an event, for people: a user's name, or where the action came from. */
export function nameOfActor(actor: string, userName: (userId: string) => string): string {
  const [kind, id = ""] = actor.split(/:(.*)/s);
  if (kind === "user") return userName(id);
  if (kind === "cli") return `${id} on the command line`;
  return "Call Ledger";
}
