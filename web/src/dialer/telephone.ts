import type { LineState } from "../telephone/TextLine";

/** A call of this browser. */
export interface PhoneCall {
  /** The remote party: a number, or a client name (`client:…`). */
  with: string;
  stage: "incoming" | "connecting" | "ringing" | "open" | "ended";
  isMuted: boolean;
  /** When the call was connected, in epoch milliseconds. */
  since: number | null;
  /** An error or the reason for the end, if there is something to explain. */
  note: string | null;
  /** The conversation of a text call; null for a voice call. */
  line: LineState | null;
}

export interface PhoneState {
  /** `off` until the first start; `unavailable` if the browser could not register for calls. */
  status: "off" | "starting" | "ready" | "unavailable";
  problem: unknown;
  call: PhoneCall | null;
}

/** How long an ended call stays visible, in milliseconds. */
export const ENDED_CALL_VISIBLE_MS = 2_500;

/** The phone of the dashboard, for either kind of network. */
export interface Telephone {
  /** Whether the call is typed and read instead of spoken. */
  readonly isText: boolean;
  current: () => PhoneState;
  watch: (watcher: () => void) => () => void;
  /** Prepares for outgoing and incoming calls. */
  start(): Promise<unknown>;
  /**
   * Announces a call that the user's own action triggers; it is answered automatically. Resolves once the browser can
   * receive calls, or after a timeout: the action must not be delayed longer, and another browser may take the call.
   */
  expectCall(): Promise<void>;
  dial(number: string): Promise<void>;
  answer(): void;
  /** Ends the call, or declines an incoming one. */
  hangUp(): void;
  mute(isMuted: boolean): void;
  press(key: string): void;
  /** Says typed words in a text call. */
  say(words: string): void;
  stop(): void;
}
