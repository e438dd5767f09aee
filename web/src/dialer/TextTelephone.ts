import { api, body } from "../api/client";
import { messageOf } from "../api/problem";
import { TextLine } from "../telephone/TextLine";
import { ending } from "../telephone/textCall";
import { ENDED_CALL_VISIBLE_MS, type PhoneCall, type PhoneState, type Telephone } from "./telephone";

/**
 * The phone for the sandbox network: the user types instead of speaking. It needs no registration and receives no calls,
 * because the sandbox simulates every party that the service calls.
 */
export class TextTelephone implements Telephone {
  readonly isText = true;
  private state: PhoneState = { status: "ready", problem: null, call: null };
  private line: TextLine | null = null;
  private readonly watchers = new Set<() => void>();

  current = (): PhoneState => this.state;

  watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  start(): Promise<void> {
    return Promise.resolve();
  }

  expectCall(): Promise<void> {
    return Promise.resolve();
  }

  async dial(number: string): Promise<void> {
    const current = this.state.call;
    if (current && current.stage !== "ended") return;
    const call: PhoneCall = {
      with: number,
      stage: "connecting",
      isMuted: false,
      since: null,
      note: null,
      line: null,
    };
    this.update({ call });
    try {
      const placed = await body(api.POST("/api/text-calls", { body: { to: number } }));
      const line = new TextLine(placed.line);
      // The user hung up while the call was being placed.
      if (this.state.call !== call) return line.close();
      this.attach(line);
    } catch (error) {
      if (this.state.call === call) this.finish(messageOf(error));
    }
  }

  answer(): void {}

  hangUp(): void {
    if (this.line) this.line.hangUp();
    else this.finish(null);
  }

  mute(): void {}

  press(key: string): void {
    this.line?.press(key);
  }

  say(words: string): void {
    this.line?.say(words);
  }

  stop(): void {
    this.line?.close();
    this.line = null;
    this.update({ call: null });
  }

  private attach(line: TextLine): void {
    this.line = line;
    const onChange = () => {
      const now = line.current();
      const { stage } = now.call;
      if (stage === "ended") {
        this.updateCall({ line: now });
        line.close();
        this.finish(ending(now.call, "The other party"));
        return;
      }
      const since = stage === "open" ? (this.state.call?.since ?? Date.now()) : null;
      this.updateCall({ stage, since, line: now, note: now.call.note });
    };
    line.watch(onChange);
    onChange();
  }

  private finish(note: string | null): void {
    this.line = null;
    this.updateCall({ stage: "ended", note });
    const ended = this.state.call;
    setTimeout(() => this.state.call === ended && this.update({ call: null }), ENDED_CALL_VISIBLE_MS);
  }

  private updateCall(change: Partial<PhoneCall>): void {
    if (this.state.call) this.update({ call: { ...this.state.call, ...change } });
  }

  private update(change: Partial<PhoneState>): void {
    this.state = { ...this.state, ...change };
    for (const watcher of this.watchers) watcher();
  }
}
