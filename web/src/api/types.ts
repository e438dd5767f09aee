import type { components } from "./schema";

export type Schemas = components["schemas"];

export type ActiveCall = Schemas["ActiveCallWithTurns"];
export type LiveTurn = Schemas["LiveTurn"];
export type ActiveUser = Schemas["ActiveUser"];
export type AgentView = Schemas["AgentView"];
export type ListedAgent = Schemas["ListedAgent"];
export type AgentSettings = Schemas["Settings"];
export type Hours = Schemas["Hours"];
export type CallView = Schemas["CallView"];
export type CallDetail = Schemas["CallDetail"];
export type CallPage = Schemas["CallPage"];
export type Recording = Schemas["Recording"];
export type Correction = Schemas["Correction"];
export type Participant = Schemas["Participant"];
export type Transcript = Schemas["Transcript"];
export type Segment = Schemas["Segment"];
export type History = Schemas["History"];
export type HistoryEvent = Schemas["HistoryEvent"];
/** Type and payload of a call's event: a union of all event types, distinguished by `type`. */
export type CallEvent = Schemas["CallEvent"];
export type CallEventType = CallEvent["type"];
/** An event that the service cannot read, such as one of a newer version. */
export type UnreadableEvent = Schemas["UnreadableEvent"];
/** The payload of an event type. */
export type CallEventData<T extends CallEventType> = Extract<CallEvent, { type: T }>["data"];
/** A personal text, or what is left of it after its erasure. */
export type PersonalText = Schemas["PersonalString"];
/** The state of a call after an event of its history. */
export type CallState = Schemas["CallState"];
export type ContactView = Schemas["ContactView"];
export type Stats = Schemas["Stats"];
export type Figures = Schemas["Figures"];
export type Feedback = Schemas["Feedback"];
export type Personas = Schemas["Personas"];
export type PersonaVersion = Schemas["PersonaVersion"];
export type ProjectionStatus = Schemas["ProjectionStatus"];
export type RebuildProgress = Schemas["RebuildProgress"];
export type Health = Schemas["Health"];
/** The signed-in user. Permissions are widened to `string`; `session/permissions` lists those the pages use. */
export type Me = Omit<Schemas["Me"], "permissions"> & { permissions: string[] };
export type UserView = Schemas["UserView"];
export type PendingInvitation = Schemas["PendingInvitation"];
/** Type and payload of a user's event. */
export type UserEvent = Schemas["UserEvent"];
export type QuarantinedWebhook = Schemas["QuarantinedWebhook"];

export type Grade = "good" | "needs_improvement";
