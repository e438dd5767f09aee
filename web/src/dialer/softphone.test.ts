import { afterEach, beforeEach, expect, it, vi } from "vitest";

const POST = vi.fn();
vi.mock("../api/client", () => ({
  api: { POST: (path: string) => POST(path) },
  body: async (answer: Promise<unknown>) => answer,
}));

class FakeDevice {
  handlers = new Map<string, (of: unknown) => void>();
  resolveRegistration!: () => void;
  rejectRegistration!: (error: Error) => void;
  destroy = vi.fn();
  constructor() {
    devices.push(this);
  }
  on(event: string, handler: (of: unknown) => void): void {
    this.handlers.set(event, handler);
  }
  register(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.resolveRegistration = resolve;
      this.rejectRegistration = reject;
    });
  }
  receiveCall(): FakeCall {
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

const createdDevice = async (count = 1): Promise<FakeDevice> => {
  await vi.waitFor(() => expect(devices).toHaveLength(count));
  return devices[count - 1] as FakeDevice;
};

it("expectCall resolves after registration, and the expected call is answered automatically", async () => {
  const phone = new Softphone();
  const ready = vi.fn();
  void phone.expectCall().then(ready);
  const device = await createdDevice();
  expect(ready).not.toHaveBeenCalled();
  device.resolveRegistration();
  await vi.waitFor(() => expect(ready).toHaveBeenCalledOnce());
  expect(phone.current().status).toBe("ready");
  expect(device.receiveCall().accept).toHaveBeenCalledOnce();
});

it("expectCall resolves after its timeout while registration is pending", async () => {
  const phone = new Softphone();
  const ready = vi.fn();
  void phone.expectCall().then(ready);
  await createdDevice();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(ready).toHaveBeenCalledOnce();
  expect(phone.current().status).toBe("starting");
});

it("expectCall resolves when the token request fails", async () => {
  POST.mockRejectedValue(new Error("no key"));
  const phone = new Softphone();
  await phone.expectCall();
  expect(phone.current().status).toBe("unavailable");
});

it("an unexpected call is not answered automatically", async () => {
  const phone = new Softphone();
  void phone.start();
  const device = await createdDevice();
  device.resolveRegistration();
  await vi.waitFor(() => expect(phone.current().status).toBe("ready"));
  expect(device.receiveCall().accept).not.toHaveBeenCalled();
  expect(phone.current().call?.stage).toBe("incoming");
});

it("stop during registration destroys the device", async () => {
  const phone = new Softphone();
  const started = phone.start();
  const device = await createdDevice();
  phone.stop();
  expect(device.destroy).toHaveBeenCalledOnce();
  device.resolveRegistration();
  expect(await started).toBeNull();
  expect(phone.current().status).toBe("off");
});

it("stop during the token request creates no device", async () => {
  let resolveToken: (token: object) => void = () => {};
  POST.mockReturnValue(
    new Promise((resolve) => {
      resolveToken = resolve;
    }),
  );
  const phone = new Softphone();
  const started = phone.start();
  phone.stop();
  resolveToken({ token: "late" });
  expect(await started).toBeNull();
  expect(devices).toEqual([]);
});

it("start after stop registers a new device", async () => {
  const phone = new Softphone();
  const first = phone.start();
  (await createdDevice()).rejectRegistration(new Error("late"));
  phone.stop();
  const second = phone.start();
  (await createdDevice(2)).resolveRegistration();
  expect(await second).toBe(devices[1]);
  expect(await first).toBeNull();
  expect(phone.current().status).toBe("ready");
});

it("a failed registration destroys the device, and the next start registers again", async () => {
  const phone = new Softphone();
  const first = phone.start();
  const device = await createdDevice();
  device.rejectRegistration(new Error("registration failed"));
  expect(await first).toBeNull();
  expect(device.destroy).toHaveBeenCalledOnce();
  expect(phone.current().status).toBe("unavailable");
  const second = phone.start();
  (await createdDevice(2)).resolveRegistration();
  expect(await second).toBe(devices[1]);
});
