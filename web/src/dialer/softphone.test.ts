import { afterEach, beforeEach, expect, it, vi } from "vitest";

const POST = vi.fn();
vi.mock("../api/client", () => ({
  api: { POST: (path: string) => POST(path) },
  body: async (answer: Promise<unknown>) => answer,
}));

class FakeDevice {
  handlers = new Map<string, (of: unknown) => void>();
  registered!: () => void;
  refused!: (error: Error) => void;
  destroy = vi.fn();
  constructor() {
    devices.push(this);
  }
  on(event: string, handler: (of: unknown) => void): void {
    this.handlers.set(event, handler);
  }
  register(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.registered = resolve;
      this.refused = reject;
    });
  }
  rings(): FakeCall {
    const call = new FakeCall();
    this.handlers.get("incoming")?.(call);
    return call;
  }
}

class FakeCall {
  parameters = { From: "client:service" };
  accept = vi.fn();
  reject = vi.fn();
  on(): void {}
}

let devices: FakeDevice[] = [];
vi.mock("@twilio/voice-sdk", () => ({ Device: FakeDevice }));
const { Softphone } = await import("./softphone");

beforeEach(() => {
  vi.useFakeTimers();
  devices = [];
  POST.mockReset().mockResolvedValue({ token: "a token" });
});
afterEach(() => vi.useRealTimers());

const made = async (count = 1): Promise<FakeDevice> => {
  await vi.waitFor(() => expect(devices).toHaveLength(count));
  return devices[count - 1] as FakeDevice;
};

it("our own order waits until the browser can be rung, and is then answered", async () => {
  const phone = new Softphone();
  const ready = vi.fn();
  void phone.expect().then(ready);
  const device = await made();
  expect(ready).not.toHaveBeenCalled();
  device.registered();
  await vi.waitFor(() => expect(ready).toHaveBeenCalledOnce());
  expect(phone.current().status).toBe("ready");
  expect(device.rings().accept).toHaveBeenCalledOnce();
});

it("our own order does not wait for ever", async () => {
  const phone = new Softphone();
  const ready = vi.fn();
  void phone.expect().then(ready);
  await made();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(ready).toHaveBeenCalledOnce();
  expect(phone.current().status).toBe("starting");
});

it("our own order waits for nothing where the browser cannot be rung", async () => {
  POST.mockRejectedValue(new Error("no key"));
  const phone = new Softphone();
  await phone.expect();
  expect(phone.current().status).toBe("unavailable");
});

it("who did not order it is asked before the telephone answers", async () => {
  const phone = new Softphone();
  void phone.start();
  const device = await made();
  device.registered();
  await vi.waitFor(() => expect(phone.current().status).toBe("ready"));
  expect(device.rings().accept).not.toHaveBeenCalled();
  expect(phone.current().call?.stage).toBe("incoming");
});

it("a telephone that is stopped while it registers is not left behind", async () => {
  const phone = new Softphone();
  const started = phone.start();
  const device = await made();
  phone.stop();
  expect(device.destroy).toHaveBeenCalledOnce();
  device.registered();
  expect(await started).toBeNull();
  expect(phone.current().status).toBe("off");
});

it("a telephone that is stopped while its token is fetched never comes to be", async () => {
  let tell: (token: object) => void = () => {};
  POST.mockReturnValue(
    new Promise((resolve) => {
      tell = resolve;
    }),
  );
  const phone = new Softphone();
  const started = phone.start();
  phone.stop();
  tell({ token: "late" });
  expect(await started).toBeNull();
  expect(devices).toEqual([]);
});

it("a telephone that was stopped can begin again at once", async () => {
  const phone = new Softphone();
  const first = phone.start();
  (await made()).refused(new Error("late"));
  phone.stop();
  const second = phone.start();
  (await made(2)).registered();
  expect(await second).toBe(devices[1]);
  expect(await first).toBeNull();
  expect(phone.current().status).toBe("ready");
});

it("a telephone that could not register is put away, and tried again when it is needed", async () => {
  const phone = new Softphone();
  const first = phone.start();
  const device = await made();
  device.refused(new Error("no way through"));
  expect(await first).toBeNull();
  expect(device.destroy).toHaveBeenCalledOnce();
  expect(phone.current().status).toBe("unavailable");
  const second = phone.start();
  (await made(2)).registered();
  expect(await second).toBe(devices[1]);
});
