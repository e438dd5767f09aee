import type { QueryClient, QueryKey } from "@tanstack/react-query";
import type { Schemas } from "../api/types";
import { type EventMessage, type FeedMessage, isEvent, isOfCall, type UnreadableMessage } from "./messages";
import { queryUpdates } from "./QueryUpdates";

/** Delay before lists are fetched, in milliseconds: it limits the rate when much changes at once. */
const LISTS_DELAY_MS = 2_000;

/** What an agent's event changes: the list of agents, the agent with its persona versions, or these versions only. */
const AGENT_EVENTS: Record<Schemas["AgentEvent"]["type"], readonly ("agents" | "agent" | "personas")[]> = {
  AgentCreated: ["agents"],
  AgentEdited: ["agents", "agent"],
  HoursSet: ["agents", "agent"],
  EmergencyClosed: ["agents", "agent"],
  EmergencyLifted: ["agents", "agent"],
  NumberAssigned: ["agents", "agent"],
  NumberUnassigned: ["agents", "agent"],
  PersonaProposed: ["personas"],
  PersonaApproved: ["agents", "agent"],
  PersonaRejected: ["personas"],
  PersonaRolledBack: ["agents", "agent"],
  AgentArchived: ["agents", "agent"],
};

/** The keys of the queries that an event of another stream than a call's makes stale. */
export function staleQueries(event: EventMessage | UnreadableMessage): QueryKey[] {
  const { type, id } = event.stream;
  switch (type) {
    case "agent": {
      const keys = { agents: ["agents"], agent: ["agent", id], personas: ["agent", id, "personas"] };
      // A newer service may send types that this page does not know.
      const stale = AGENT_EVENTS[event.type as keyof typeof AGENT_EVENTS] ?? ["agents", "agent"];
      return stale.map((one) => keys[one]);
    }
    case "contact":
      return [["contacts"]];
    case "callee":
      return [["contacts"], ["suppression"]];
    case "tenant_settings":
      return [["settings"], ["stats"], ["feedback"], ["calls"]];
    case "quarantine":
      return [["quarantined-webhooks"]];
    default:
      return [];
  }
}

interface Source {
  read(reader: (message: FeedMessage) => void): () => void;
}

/** Updates this client's queries from the messages of the feed. */
export function followFeed(source: Source, client: QueryClient): () => void {
  const updates = queryUpdates(client);
  const stopReading = source.read((message) => {
    if (isOfCall(message)) {
      updates.apply(message);
    } else if (!isEvent(message)) {
      if (message.type === "presence") {
        void client.invalidateQueries({ queryKey: ["active-users"] });
        // A user who comes online may be new.
        void client.invalidateQueries({ queryKey: ["colleagues"] });
      }
    } else {
      for (const key of staleQueries(message)) updates.schedule.twiceAfter(key, LISTS_DELAY_MS);
    }
  });
  return () => {
    stopReading();
    updates.stop();
  };
}
