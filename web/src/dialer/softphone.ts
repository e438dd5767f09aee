import type { Call, Device } from "@twilio/voice-sdk";
import { api, body } from "../api/client";
import { ENDED_CALL_VISIBLE_MS, type PhoneCall, type PhoneState, type Telephone } from "./telephone";

/** How long after `expectCall` an incoming call (to listen in, to take over) is answered automatically, in milliseconds. */
const AUTO_ANSWER_MS = 45_000;
/** How long `expectCall` waits for the registration, in milliseconds. */
const REGISTRATION_TIMEOUT_MS = 5_000;

/** A phone that uses Twilio's Voice SDK, which is loaded on the first start. */
export class Softphone implements Telephone {
  readonly isText = false;
  private state: PhoneState = { status: "off", problem: null, call: null };
  private device: Device | null = null;
  /** The device while it registers; `stop` destroys it too. */
  private registering: Device | null = null;
  private line: Call | null = null;
  private starting: Promise<Device | null> | null = null;
  private expectedUntil = 0;
  /** Counts stops, so that a start that began before the latest stop is discarded. */
  private generation = 0;
  private readonly watchers = new Set<() => void>();

  current = (): PhoneState => this.state;

  watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  /** Fetches a token and registers this browser for incoming calls. */
  start(): Promise<Device | null> {
    if (this.device) return Promise.resolve(this.device);
    if (this.starting) return this.starting;
    const starting = this.register(this.generation).finally(() => {
      if (this.starting === starting) this.starting = null;
    });
    this.starting = starting;
    return starting;
  }

  async expectCall(): Promise<void> {
    this.expectedUntil = Date.now() + AUTO_ANSWER_MS;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const timeout = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, REGISTRATION_TIMEOUT_MS);
    });
    await Promise.race([this.start(), timeout]);
    clearTimeout(timer);
  }

  async dial(number: string): Promise<void> {
    const device = await this.start();
    if (!device || this.line) return;
    this.update({
      call: { with: number, stage: "connecting", isMuted: false, since: null, note: null, line: null },
    });
    try {
      this.attach(await device.connect({ params: { To: number } }));
    } catch (error) {
      this.finish(error instanceof Error ? error.message : "The call could not be placed.");
    }
  }

  answer(): void {
    this.line?.accept();
  }

  hangUp(): void {
    if (this.state.call?.stage === "incoming") this.line?.reject();
    else this.line?.disconnect();
  }

  mute(isMuted: boolean): void {
    this.line?.mute(isMuted);
  }

  press(key: string): void {
    this.line?.sendDigits(key);
  }

  /** Does nothing: the user speaks into the microphone. */
  say(): void {}

  stop(): void {
    this.generation += 1;
    this.starting = null;
    this.expectedUntil = 0;
    this.registering?.destroy();
    this.registering = null;
    this.device?.destroy();
    this.device = null;
    this.line = null;
    this.update({ status: "off", problem: null, call: null });
  }

  private async register(generation: number): Promise<Device | null> {
    this.update({ status: "starting", problem: null });
    const isStopped = () => generation !== this.generation;
    try {
      const { token } = await body(api.POST("/twilio/token"));
      const { Device } = await import("@twilio/voice-sdk");
      if (isStopped()) return null;
      const device = new Device(token, {
        appName: "call-ledger",
        closeProtection: true,
        tokenRefreshMs: 60_000,
      });
      this.registering = device;
      device.on("incoming", (call: Call) => this.onIncoming(call));
      device.on("tokenWillExpire", () => void this.renewToken(device));
      device.on("error", (error: Error) => this.update({ problem: error }));
      await device.register();
      if (isStopped()) return null;
      this.registering = null;
      this.device = device;
      this.update({ status: "ready" });
      return device;
    } catch (problem) {
      if (isStopped()) return null;
      this.registering?.destroy();
      this.registering = null;
      this.update({ status: "unavailable", problem });
      return null;
    }
  }

  private async renewToken(device: Device): Promise<void> {
    try {
      device.updateToken((await body(api.POST("/twilio/token"))).token);
    } catch (problem) {
      this.update({ problem });
    }
  }

  private onIncoming(call: Call): void {
    if (this.line) {
      call.reject();
      return;
    }
    const from = call.parameters.From ?? "";
    this.update({
      call: { with: from, stage: "incoming", isMuted: false, since: null, note: null, line: null },
    });
    this.attach(call);
    if (Date.now() < this.expectedUntil) {
      this.expectedUntil = 0;
      call.accept();
    }
  }

  private attach(call: Call): void {
    this.line = call;
    call.on("ringing", () => this.updateCall({ stage: "ringing" }));
    call.on("accept", () => this.updateCall({ stage: "open", since: Date.now() }));
    call.on("mute", (isMuted: boolean) => this.updateCall({ isMuted }));
    call.on("error", (error: Error) => this.updateCall({ note: error.message }));
    for (const end of ["disconnect", "cancel", "reject"]) call.on(end, () => this.finish(null));
  }

  private finish(note: string | null): void {
    this.line = null;
    this.updateCall({ stage: "ended", note: note ?? this.state.call?.note ?? null });
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
