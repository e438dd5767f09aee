import { beforeEach, describe, expect, it, vi } from "vitest";
import { ApiProblem } from "../api/problem";
import { type AudioSocket, AudioTap } from "./AudioTap";

class FakeSocket implements AudioSocket {
  binaryType: BinaryType = "blob";
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  close = vi.fn();
  sendControl(message: object): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
  sendAudio(atMs: number): void {
    const message = new DataView(new ArrayBuffer(5 + 160));
    message.setUint32(1, atMs);
    this.onmessage?.({ data: message.buffer });
  }
}

const output = { now: () => 1, play: vi.fn(), flush: vi.fn(), setVolume: vi.fn(), close: vi.fn() };
let sockets: FakeSocket[];
let scheduled: (() => void)[];
let requestListen: ReturnType<typeof vi.fn<(callId: string) => Promise<unknown>>>;
let tap: AudioTap;

const last = (): FakeSocket => sockets[sockets.length - 1] as FakeSocket;
const stage = () => tap.current().stage;
const runNextAttempt = async () => {
  scheduled.pop()?.();
  await Promise.resolve();
  await Promise.resolve();
};

beforeEach(() => {
  vi.clearAllMocks();
  sockets = [];
  scheduled = [];
  requestListen = vi.fn(async () => {});
  tap = new AudioTap({
    requestListen: (callId) => requestListen(callId),
    open: () => {
      sockets.push(new FakeSocket());
      return last();
    },
    audioOutput: () => output,
    wait: (run) => {
      scheduled.push(run);
      return () => scheduled.splice(scheduled.indexOf(run), 1);
    },
    random: () => 0,
  });
});

async function startListening(): Promise<void> {
  await tap.start("CA1");
  last().onopen?.();
  last().sendControl({ type: "started" });
  last().sendAudio(0);
}

it("start requests listening, then plays the audio frames in sequence", async () => {
  const started = tap.start("CA1");
  expect([stage(), sockets.length]).toEqual(["connecting", 0]);
  await started;
  expect(requestListen).toHaveBeenCalledExactlyOnceWith("CA1");
  expect(last().binaryType).toBe("arraybuffer");
  last().onopen?.();
  last().sendControl({ type: "started" });
  expect(stage()).toBe("connecting");
  last().sendAudio(0);
  last().sendAudio(20);
  expect(stage()).toBe("listening");
  const [first, second] = output.play.mock.calls.map(([, at]) => at as number);
  expect((second as number) - (first as number)).toBeCloseTo(0.02);
});

it("volume and mute persist across starts", async () => {
  await startListening();
  tap.setVolume(0.4);
  expect(output.setVolume).toHaveBeenLastCalledWith(0.4);
  tap.setVolume(0.4, true);
  expect(output.setVolume).toHaveBeenLastCalledWith(0);
  await tap.start("CA2");
  expect(output.setVolume).toHaveBeenLastCalledWith(0);
  expect(tap.current()).toMatchObject({ callId: "CA2", volume: 0.4, isMuted: true });
});

describe("a lost connection", () => {
  it("is reopened without a new listen request", async () => {
    await startListening();
    last().onclose?.();
    expect(stage()).toBe("lost");
    await runNextAttempt();
    expect([sockets.length, requestListen.mock.calls.length]).toEqual([2, 1]);
    last().onopen?.();
    last().sendControl({ type: "started" });
    last().sendAudio(0);
    expect(stage()).toBe("listening");
  });

  it("is reopened with a new listen request when the socket never opened", async () => {
    await startListening();
    last().onclose?.();
    await runNextAttempt();
    last().onclose?.();
    await runNextAttempt();
    expect([sockets.length, requestListen.mock.calls.length]).toEqual([3, 2]);
  });

  it("fails after six attempts and can be retried by the user", async () => {
    await startListening();
    for (let n = 0; n < 6; n += 1) {
      last().onclose?.();
      await runNextAttempt();
    }
    expect(stage()).toBe("failed");
    expect(scheduled).toEqual([]);
    expect(output.close).toHaveBeenCalledOnce();
    await tap.retry();
    expect(stage()).toBe("connecting");
    last().onopen?.();
    last().sendAudio(0);
    expect(stage()).toBe("listening");
  });
});

describe("control messages", () => {
  it("interrupted shows lost until audio resumes", async () => {
    await startListening();
    last().sendControl({ type: "interrupted" });
    expect(stage()).toBe("lost");
    last().sendControl({ type: "started" });
    last().sendAudio(0);
    expect(stage()).toBe("listening");
  });

  it.each([
    ["taken_over", "handed_over", "CA1"],
    ["call_ended", "off", null],
    ["left", "off", null],
    ["unavailable", "failed", "CA1"],
  ])("ended with %s results in %s", async (reason, ends, callId) => {
    await startListening();
    const socket = last();
    socket.sendControl({ type: "ended", reason });
    expect(tap.current()).toMatchObject({ stage: ends, callId });
    expect(socket.close).toHaveBeenCalledOnce();
    expect(socket.onclose).toBeNull();
    expect(output.close).toHaveBeenCalledOnce();
  });

  it("unknown messages are ignored", async () => {
    await startListening();
    last().onmessage?.({ data: "no JSON" });
    last().onmessage?.({ data: "null" });
    last().onmessage?.({ data: new ArrayBuffer(2) });
    last().sendControl({ type: "something new" });
    expect(stage()).toBe("listening");
  });
});

describe("a failed listen request", () => {
  const refusal = (status: number) => new ApiProblem({ kind: "x", status, title: "no" });

  it("is not retried after a refusal", async () => {
    requestListen.mockRejectedValueOnce(refusal(409));
    await tap.start("CA1");
    expect(tap.current()).toMatchObject({ stage: "failed", problem: refusal(409) });
    expect([sockets.length, scheduled.length]).toEqual([0, 0]);
  });

  it("is retried when the service was unavailable", async () => {
    requestListen.mockRejectedValueOnce(refusal(503));
    await tap.start("CA1");
    expect(stage()).toBe("connecting");
    await runNextAttempt();
    expect([sockets.length, requestListen.mock.calls.length]).toEqual([1, 2]);
  });
});

it("stop ends a pending request and a pending reconnect", async () => {
  let resolveRequest = () => {};
  requestListen.mockReturnValueOnce(
    new Promise((resolve) => {
      resolveRequest = () => resolve(undefined);
    }),
  );
  const started = tap.start("CA1");
  tap.stop();
  resolveRequest();
  await started;
  expect([stage(), sockets.length]).toEqual(["off", 0]);
  await startListening();
  last().onclose?.();
  tap.stop();
  expect([stage(), scheduled.length]).toEqual(["off", 0]);
});
