import type { LineState } from "../telephone/TextLine";

/** A call in this browser. */
export interface PhoneCall {
  /** A number, or a user's name for the network. */
  with: string;
  stage: "incoming" | "connecting" | "ringing" | "open" | "ended";
  isMuted: boolean;
  /** When the two sides began to speak, in epoch milliseconds. */
  since: number | null;
  /** Why it ended, where that is not plain. */
  note: string | null;
  /** The conversation, where it is typed and read; null where it is spoken. */
  line: LineState | null;
}

export interface PhoneState {
  /** `off` until somebody needs it; `unavailable` where the network offers no calls from the browser. */
  status: "off" | "starting" | "ready" | "unavailable";
  problem: unknown;
  call: PhoneCall | null;
}

/** How long it stays in sight that a call has ended. */
export const AFTERGLOW_MS = 2_500;

/** The telephone of the page, whatever network is behind it. */
export interface Telephone {
  /** Whether one types what one says and reads what one hears. */
  readonly isTyped: boolean;
  current: () => PhoneState;
  watch: (watcher: () => void) => () => void;
  /** Makes it ready, so that one can call and be called. */
  start(): Promise<unknown>;
  /**
   * Our own order will make this browser ring: then it answers by itself. It settles once the browser can be rung, or after
   * some seconds all the same: an order does not wait for ever, and there may be another browser that rings.
   */
  expect(): Promise<void>;
  dial(number: string): Promise<void>;
  answer(): void;
  /** Ends the call, or refuses one that rings. */
  hangUp(): void;
  mute(isMuted: boolean): void;
  press(key: string): void;
  /** Says words, where one types. */
  say(words: string): void;
  stop(): void;
}
