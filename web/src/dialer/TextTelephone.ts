import { api, body } from "../api/client";
import { messageOf } from "../api/problem";
import { TextLine } from "../telephone/TextLine";
import { ending } from "../telephone/textCall";
import { AFTERGLOW_MS, type PhoneCall, type PhoneState, type Telephone } from "./telephone";

/**
 * The telephone where the network is the sandbox: one types what one says. It needs no preparation, and is not rung: whom
 * the service calls there is played by the sandbox.
 */
export class TextTelephone implements Telephone {
  readonly isTyped = true;
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

  expect(): Promise<void> {
    return Promise.resolve();
  }

  async dial(number: string): Promise<void> {
    const going = this.state.call;
    if (going && going.stage !== "ended") return;
    const call: PhoneCall = {
      with: number,
      stage: "connecting",
      isMuted: false,
      since: null,
      note: null,
      line: null,
    };
    this.become({ call });
    try {
      const placed = await body(api.POST("/api/typed-calls", { body: { to: number } }));
      const line = new TextLine(placed.line);
      // It was given up while it was being placed.
      if (this.state.call !== call) return line.leave();
      this.follow(line);
    } catch (error) {
      if (this.state.call === call) this.over(messageOf(error));
    }
  }

  answer(): void {}

  hangUp(): void {
    if (this.line) this.line.hangUp();
    else this.over(null);
  }

  mute(): void {}

  press(key: string): void {
    this.line?.press(key);
  }

  say(words: string): void {
    this.line?.say(words);
  }

  stop(): void {
    this.line?.leave();
    this.line = null;
    this.become({ call: null });
  }

  private follow(line: TextLine): void {
    this.line = line;
    const changed = () => {
      const now = line.current();
      const { stage } = now.call;
      if (stage === "ended") {
        this.change({ line: now });
        line.leave();
        this.over(ending(now.call, "The other side"));
        return;
      }
      const began = stage === "open" ? (this.state.call?.since ?? Date.now()) : null;
      this.change({ stage, since: began, line: now, note: now.call.note });
    };
    line.watch(changed);
    changed();
  }

  private over(note: string | null): void {
    this.line = null;
    this.change({ stage: "ended", note });
    const ended = this.state.call;
    setTimeout(() => this.state.call === ended && this.become({ call: null }), AFTERGLOW_MS);
  }

  private change(change: Partial<PhoneCall>): void {
    if (this.state.call) this.become({ call: { ...this.state.call, ...change } });
  }

  private become(change: Partial<PhoneState>): void {
    this.state = { ...this.state, ...change };
    for (const watcher of this.watchers) watcher();
  }
}
