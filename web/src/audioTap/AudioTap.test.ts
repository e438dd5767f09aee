import { beforeEach, describe, expect, it, vi } from "vitest";
import { ApiProblem } from "../api/problem";
import { AudioTap, type SoundSocket } from "./AudioTap";

class FakeSocket implements SoundSocket {
  binaryType: BinaryType = "blob";
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  close = vi.fn();
  tell(message: object): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
  bring(atMs: number): void {
    const message = new DataView(new ArrayBuffer(5 + 160));
    message.setUint32(1, atMs);
    this.onmessage?.({ data: message.buffer });
  }
}

const speaker = { now: () => 1, play: vi.fn(), cut: vi.fn(), setVolume: vi.fn(), close: vi.fn() };
let sockets: FakeSocket[];
let waiting: (() => void)[];
let order: ReturnType<typeof vi.fn<(callId: string) => Promise<unknown>>>;
let listenIn: AudioTap;

const last = (): FakeSocket => sockets[sockets.length - 1] as FakeSocket;
const stage = () => listenIn.current().stage;
const nextTry = async () => {
  waiting.pop()?.();
  await Promise.resolve();
  await Promise.resolve();
};

beforeEach(() => {
  vi.clearAllMocks();
  sockets = [];
  waiting = [];
  order = vi.fn(async () => {});
  listenIn = new AudioTap({
    order: (callId) => order(callId),
    open: () => {
      sockets.push(new FakeSocket());
      return last();
    },
    loudspeaker: () => speaker,
    wait: (run) => {
      waiting.push(run);
      return () => waiting.splice(waiting.indexOf(run), 1);
    },
    random: () => 0,
  });
});

async function listening(): Promise<void> {
  await listenIn.start("CA1");
  last().onopen?.();
  last().tell({ type: "begun" });
  last().bring(0);
}

it("tells the service first, and plays what comes", async () => {
  const started = listenIn.start("CA1");
  expect([stage(), sockets.length]).toEqual(["connecting", 0]);
  await started;
  expect(order).toHaveBeenCalledExactlyOnceWith("CA1");
  expect(last().binaryType).toBe("arraybuffer");
  last().onopen?.();
  last().tell({ type: "begun" });
  expect(stage()).toBe("connecting");
  last().bring(0);
  last().bring(20);
  expect(stage()).toBe("listening");
  const [first, second] = speaker.play.mock.calls.map(([, at]) => at as number);
  expect((second as number) - (first as number)).toBeCloseTo(0.02);
});

it("is heard as loud as wanted, also when it is started again", async () => {
  await listening();
  listenIn.setVolume(0.4);
  expect(speaker.setVolume).toHaveBeenLastCalledWith(0.4);
  listenIn.setVolume(0.4, true);
  expect(speaker.setVolume).toHaveBeenLastCalledWith(0);
  await listenIn.start("CA2");
  expect(speaker.setVolume).toHaveBeenLastCalledWith(0);
  expect(listenIn.current()).toMatchObject({ callId: "CA2", volume: 0.4, isMuted: true });
});

describe("a connection that is lost", () => {
  it("is made again, without saying again who listens", async () => {
    await listening();
    last().onclose?.();
    expect(stage()).toBe("lost");
    await nextTry();
    expect([sockets.length, order.mock.calls.length]).toEqual([2, 1]);
    last().onopen?.();
    last().tell({ type: "begun" });
    last().bring(0);
    expect(stage()).toBe("listening");
  });

  it("is told to the service again when it was not let in", async () => {
    await listening();
    last().onclose?.();
    await nextTry();
    last().onclose?.();
    await nextTry();
    expect([sockets.length, order.mock.calls.length]).toEqual([3, 2]);
  });

  it("is the listener's to try again after some tries", async () => {
    await listening();
    for (let n = 0; n < 6; n += 1) {
      last().onclose?.();
      await nextTry();
    }
    expect(stage()).toBe("failed");
    expect(waiting).toEqual([]);
    expect(speaker.close).toHaveBeenCalledOnce();
    await listenIn.retry();
    expect(stage()).toBe("connecting");
    last().onopen?.();
    last().bring(0);
    expect(stage()).toBe("listening");
  });
});

describe("what the service says", () => {
  it("an interruption is shown until sound comes again", async () => {
    await listening();
    last().tell({ type: "interrupted" });
    expect(stage()).toBe("lost");
    last().tell({ type: "begun" });
    last().bring(0);
    expect(stage()).toBe("listening");
  });

  it.each([
    ["taken_over", "handed_over", "CA1"],
    ["call_ended", "off", null],
    ["left", "off", null],
    ["unavailable", "failed", "CA1"],
  ])("%s ends it: %s", async (reason, ends, callId) => {
    await listening();
    const socket = last();
    socket.tell({ type: "ended", reason });
    expect(listenIn.current()).toMatchObject({ stage: ends, callId });
    expect(socket.close).toHaveBeenCalledOnce();
    expect(socket.onclose).toBeNull();
    expect(speaker.close).toHaveBeenCalledOnce();
  });

  it("what is not understood is passed over", async () => {
    await listening();
    last().onmessage?.({ data: "no JSON" });
    last().onmessage?.({ data: "null" });
    last().onmessage?.({ data: new ArrayBuffer(2) });
    last().tell({ type: "something new" });
    expect(stage()).toBe("listening");
  });
});

describe("an order that fails", () => {
  const refusal = (status: number) => new ApiProblem({ kind: "x", status, title: "no" });

  it("is not repeated when it was refused", async () => {
    order.mockRejectedValueOnce(refusal(409));
    await listenIn.start("CA1");
    expect(listenIn.current()).toMatchObject({ stage: "failed", problem: refusal(409) });
    expect([sockets.length, waiting.length]).toEqual([0, 0]);
  });

  it("is repeated when the service was away", async () => {
    order.mockRejectedValueOnce(refusal(503));
    await listenIn.start("CA1");
    expect(stage()).toBe("connecting");
    await nextTry();
    expect([sockets.length, order.mock.calls.length]).toEqual([1, 2]);
  });
});

it("stopping ends it, whatever is under way", async () => {
  let ordered = () => {};
  order.mockReturnValueOnce(
    new Promise((resolve) => {
      ordered = () => resolve(undefined);
    }),
  );
  const started = listenIn.start("CA1");
  listenIn.stop();
  ordered();
  await started;
  expect([stage(), sockets.length]).toEqual(["off", 0]);
  await listening();
  last().onclose?.();
  listenIn.stop();
  expect([stage(), waiting.length]).toEqual(["off", 0]);
});
