import type { Call, Device } from "@twilio/voice-sdk";
import { api, body } from "../api/client";
import { AFTERGLOW_MS, type PhoneCall, type PhoneState, type Telephone } from "./telephone";

/** How long a call that we ordered ourselves (to listen in, to take over) is answered without asking. */
const EXPECTED_MS = 45_000;
/** How long our own order waits for the telephone that it will ring. */
const READY_MS = 5_000;

/** Twilio's Voice SDK behind a small state; its code is loaded when the telephone is first needed. */
export class Softphone implements Telephone {
  readonly isTyped = false;
  private state: PhoneState = { status: "off", problem: null, call: null };
  private device: Device | null = null;
  /** A device on its way to become `device`: it can be stopped, too. */
  private registering: Device | null = null;
  private line: Call | null = null;
  private starting: Promise<Device | null> | null = null;
  private expectedUntil = 0;
  /** Which stop was the last: a telephone that began before it is nobody's. */
  private turn = 0;
  private readonly watchers = new Set<() => void>();

  current = (): PhoneState => this.state;

  watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  /** Gets a token and registers, so that this browser can be rung. */
  start(): Promise<Device | null> {
    if (this.device) return Promise.resolve(this.device);
    if (this.starting) return this.starting;
    const starting = this.begin(this.turn).finally(() => {
      if (this.starting === starting) this.starting = null;
    });
    this.starting = starting;
    return starting;
  }

  async expect(): Promise<void> {
    this.expectedUntil = Date.now() + EXPECTED_MS;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, READY_MS);
    });
    await Promise.race([this.start(), late]);
    clearTimeout(timer);
  }

  async dial(number: string): Promise<void> {
    const device = await this.start();
    if (!device || this.line) return;
    this.become({
      call: { with: number, stage: "connecting", isMuted: false, since: null, note: null, line: null },
    });
    try {
      this.follow(await device.connect({ params: { To: number } }));
    } catch (error) {
      this.over(error instanceof Error ? error.message : "The call could not be placed.");
    }
  }

  answer(): void {
    this.line?.accept();
  }

  /** Ends the call, or refuses one that rings. */
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

  /** One speaks. */
  say(): void {}

  stop(): void {
    this.turn += 1;
    this.starting = null;
    this.expectedUntil = 0;
    this.registering?.destroy();
    this.registering = null;
    this.device?.destroy();
    this.device = null;
    this.line = null;
    this.become({ status: "off", problem: null, call: null });
  }

  private async begin(turn: number): Promise<Device | null> {
    this.become({ status: "starting", problem: null });
    const isOver = () => turn !== this.turn;
    try {
      const { token } = await body(api.POST("/twilio/token"));
      const { Device } = await import("@twilio/voice-sdk");
      if (isOver()) return null;
      const device = new Device(token, {
        appName: "call-ledger",
        closeProtection: true,
        tokenRefreshMs: 60_000,
      });
      this.registering = device;
      device.on("incoming", (call: Call) => this.rung(call));
      device.on("tokenWillExpire", () => void this.renew(device));
      device.on("error", (error: Error) => this.become({ problem: error }));
      await device.register();
      if (isOver()) return null;
      this.registering = null;
      this.device = device;
      this.become({ status: "ready" });
      return device;
    } catch (problem) {
      if (isOver()) return null;
      this.registering?.destroy();
      this.registering = null;
      this.become({ status: "unavailable", problem });
      return null;
    }
  }

  private async renew(device: Device): Promise<void> {
    try {
      device.updateToken((await body(api.POST("/twilio/token"))).token);
    } catch (problem) {
      this.become({ problem });
    }
  }

  private rung(call: Call): void {
    if (this.line) {
      call.reject();
      return;
    }
    const from = call.parameters.From ?? "";
    this.become({
      call: { with: from, stage: "incoming", isMuted: false, since: null, note: null, line: null },
    });
    this.follow(call);
    if (Date.now() < this.expectedUntil) {
      this.expectedUntil = 0;
      call.accept();
    }
  }

  private follow(call: Call): void {
    this.line = call;
    call.on("ringing", () => this.change({ stage: "ringing" }));
    call.on("accept", () => this.change({ stage: "open", since: Date.now() }));
    call.on("mute", (isMuted: boolean) => this.change({ isMuted }));
    call.on("error", (error: Error) => this.change({ note: error.message }));
    for (const end of ["disconnect", "cancel", "reject"]) call.on(end, () => this.over(null));
  }

  private over(note: string | null): void {
    this.line = null;
    this.change({ stage: "ended", note: note ?? this.state.call?.note ?? null });
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
