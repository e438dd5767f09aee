import type { CallEvent, CallEventType, Schemas } from "../api/types";

/** The parties dialed into a call, by the rules of `domain/src/call/participants.rs`. */
export type Participants = Schemas["Participants"];
type Participant = Participants["by_number"][string];
type Leg = Participants["legs"][string];
type ObservedAt = Schemas["ObservedAt"];
type Role = Schemas["ParticipantRole"];

/** When two reports of a leg's role disagree, the earlier one in this list wins. */
const ROLES: readonly Role[] = ["caller", "team_member", "listener", "transfer_target", "ai"];

export const NO_PARTICIPANTS: Participants = {
  by_number: {},
  legs: {},
  announced: [],
  requests: [],
  taken_over_by: null,
  missing: null,
  transfer: null,
};

/** The types of the events that can change the participants. */
const CONCERNING: ReadonlySet<CallEventType> = new Set([
  "ListenerJoined",
  "ListenerLeft",
  "TakeoverRequested",
  "TakeoverAccepted",
  "TakeoverDeclined",
  "TakenOver",
  "TakeoverFailed",
  "TransferStarted",
  "Transferred",
  "TransferFailed",
  "ParticipantCalled",
  "ParticipantUnreached",
  "ParticipantJoined",
  "ParticipantLeft",
  "ProviderReported",
]);

/** The participants after an event; the same object if the event does not concern them. */
export function foldParticipants(known: Participants, event: CallEvent): Participants {
  // Most events are turns: nothing is copied for them.
  if (!CONCERNING.has(event.type)) return known;
  const next = structuredClone(known);
  return fold(next, event) ? next : known;
}

/** Applies an event; returns whether it concerns the participants. */
function fold(parties: Participants, event: CallEvent): boolean {
  switch (event.type) {
    case "ListenerJoined":
      reserve(parties, event.data.participant, "listener", event.data.user);
      return true;
    case "ListenerLeft":
      for (const party of ofUser(parties, event.data.user)) party.withdrawn ||= !party.agreed;
      return true;
    case "TakeoverRequested": {
      const { user } = event.data;
      parties.requests = withText(parties.requests, user);
      // The result of an earlier request no longer matters.
      for (const party of ofUser(parties, user)) if (isGone(parties, party)) party.agreed = false;
      return true;
    }
    case "TakeoverAccepted": {
      const { participant, user } = event.data;
      if (!parties.by_number[participant]) reserve(parties, participant, "team_member", user);
      const party = parties.by_number[participant];
      if (party) party.agreed = true;
      return true;
    }
    case "TakeoverDeclined":
      parties.requests = parties.requests.filter((user) => user !== event.data.user);
      ofUser(parties, event.data.user).forEach(cancelTakeover);
      return true;
    case "TakenOver":
      parties.requests = [];
      parties.missing = null;
      parties.taken_over_by = event.data.user;
      all(parties)
        .filter(({ user }) => user !== event.data.user)
        .forEach(cancelTakeover);
      return true;
    case "TakeoverFailed":
      if (parties.taken_over_by === event.data.user) {
        parties.missing = takeoverParticipant(parties);
        parties.taken_over_by = null;
      }
      ofUser(parties, event.data.user).forEach(cancelTakeover);
      return true;
    case "TransferStarted":
      reserve(parties, event.data.participant, "transfer_target", null);
      parties.transfer = event.data.participant;
      return true;
    case "Transferred": {
      // The participant who spoke until now, and the target of an earlier transfer, are no longer needed.
      const target = parties.transfer ?? null;
      parties.transfer = null;
      for (const [number, party] of Object.entries(parties.by_number)) {
        party.withdrawn ||= party.role === "transfer_target" && Number(number) !== target;
      }
      if (parties.taken_over_by) {
        for (const party of ofUser(parties, parties.taken_over_by)) party.withdrawn = true;
      }
      return true;
    }
    case "TransferFailed": {
      const party = parties.by_number[parties.transfer ?? -1];
      if (party) party.withdrawn = true;
      parties.transfer = null;
      return true;
    }
    case "ParticipantCalled": {
      const { call_sid, role, participant } = event.data;
      legOf(parties, call_sid, role);
      const party = parties.by_number[participant];
      if (party) party.call_sid = call_sid;
      return true;
    }
    case "ParticipantUnreached": {
      const leg = legOf(parties, event.data.call_sid, event.data.role);
      const { reason } = event.data;
      leg.unreached = leg.unreached != null && leg.unreached < reason ? leg.unreached : reason;
      return true;
    }
    case "ParticipantJoined": {
      const leg = legOf(parties, event.data.call_sid, event.data.role);
      leg.joined = earliest(leg.joined, event.data);
      leg.joined_last = latest(leg.joined_last, event.data);
      return true;
    }
    case "ParticipantLeft": {
      const leg = legOf(parties, event.data.call_sid, event.data.role);
      leg.left = latest(leg.left, event.data);
      return true;
    }
    case "ProviderReported": {
      const { kind, status, call_sid } = event.data;
      if (kind !== "conference-status" || !/^announcement-(end|fail)$/.test(status)) return false;
      // Without a leg, the announcement was for the target of the current transfer.
      const leg = call_sid ?? parties.by_number[parties.transfer ?? -1]?.call_sid;
      if (leg) parties.announced = withText(parties.announced, leg);
      return true;
    }
    default:
      return false;
  }
}

/**
 * The users who listen in. A listener whose phone was not answered hears the AI through the media stream, but no team
 * member, and therefore counts until a takeover.
 */
export function listeners(parties: Participants): string[] {
  const listens = (party: Participant) =>
    party.role === "listener" && (party.user ?? null) !== (parties.taken_over_by ?? null);
  const hearsAiOnly = (party: Participant) =>
    parties.taken_over_by == null && !party.withdrawn && wasNotReached(legOfParty(parties, party));
  return users(
    all(parties).filter((party) => listens(party) && (isTaken(parties, party) || hearsAiOnly(party))),
  );
}

/** The users who agreed to take over and have not done so yet. */
export function takeoversAccepted(parties: Participants): string[] {
  if (parties.taken_over_by != null) return [];
  return users(all(parties).filter((party) => party.agreed && isTaken(parties, party)));
}

/** The users who were asked to take over and have not answered. */
export function takeoverRequests(parties: Participants): string[] {
  const agreed = users(all(parties).filter((party) => party.agreed));
  return parties.requests.filter((user) => !agreed.includes(user));
}

function reserve(parties: Participants, number: number, role: Role, user: string | null): void {
  parties.by_number[number] = { role, user, call_sid: null, agreed: false, withdrawn: false };
}

function all(parties: Participants): Participant[] {
  return Object.values(parties.by_number);
}

function ofUser(parties: Participants, user: string): Participant[] {
  return all(parties).filter((party) => party.user === user);
}

/** A listener keeps listening; any other participant is no longer needed. */
function cancelTakeover(party: Participant): void {
  if (party.agreed && party.role === "team_member") party.withdrawn = true;
  party.agreed = false;
}

/** The participant of the user who took the call over. */
function takeoverParticipant(parties: Participants): number | null {
  const agreed = Object.entries(parties.by_number).filter(
    ([, party]) => party.agreed && party.user === parties.taken_over_by,
  );
  const last = agreed.at(-1);
  return last ? Number(last[0]) : null;
}

function legOf(parties: Participants, sid: string, role: Role): Leg {
  const leg: Leg = parties.legs[sid] ?? {
    role: null,
    ringing: null,
    answered: null,
    answered_by: null,
    joined: null,
    joined_last: null,
    left: null,
    unreached: null,
  };
  leg.role = leg.role != null && ROLES.indexOf(leg.role) < ROLES.indexOf(role) ? leg.role : role;
  parties.legs[sid] = leg;
  return leg;
}

function legOfParty(parties: Participants, party: Participant): Leg | undefined {
  return party.call_sid == null ? undefined : parties.legs[party.call_sid];
}

function isTaken(parties: Participants, party: Participant): boolean {
  return !party.withdrawn && !isGone(parties, party);
}

/** Whether the participant was not reached, or has left. */
function isGone(parties: Participants, party: Participant): boolean {
  const leg = legOfParty(parties, party);
  return leg !== undefined && (leg.unreached != null || (leg.left != null && !isPresent(leg)));
}

function isPresent({ joined_last: joined, left }: Leg): boolean {
  if (joined == null) return false;
  return left == null || left.at < joined.at;
}

/** The leave callback of a leg's conference may be received before its status callback. */
function wasNotReached(leg: Leg | undefined): boolean {
  return leg !== undefined && (leg.unreached != null || (leg.left != null && leg.joined_last == null));
}

/** The provider's clock wins over the local one, then the earlier time. */
function earliest(known: ObservedAt | null | undefined, { at, clock }: ObservedAt): ObservedAt {
  if (!known || (clock === known.clock ? at < known.at : clock === "provider")) return { at, clock };
  return known;
}

/** The provider's clock wins over the local one, then the later time. */
function latest(known: ObservedAt | null | undefined, { at, clock }: ObservedAt): ObservedAt {
  if (!known || (clock === known.clock ? at > known.at : clock === "provider")) return { at, clock };
  return known;
}

function users(parties: readonly Participant[]): string[] {
  return [...new Set(parties.flatMap(({ user }) => user ?? []))].sort();
}

function withText(texts: readonly string[], text: string): string[] {
  return texts.includes(text) ? [...texts] : [...texts, text].sort();
}
