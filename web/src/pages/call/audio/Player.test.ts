import { beforeEach, expect, it, vi } from "vitest";
import { AudioSync } from "./AudioSync";
import { Player, type Wave } from "./Player";

/** A wave whose events the test emits. */
class FakeWave {
  handlers = new Map<string, (of?: unknown) => void>();
  setTime = vi.fn();
  setPlaybackRate = vi.fn();
  destroy = vi.fn();
  play = vi.fn(async () => this.emit("play"));
  pause = vi.fn(() => this.emit("pause"));
  on(event: string, handler: (of?: unknown) => void): void {
    this.handlers.set(event, handler);
  }
  emit(event: string, of?: unknown): void {
    this.handlers.get(event)?.(of);
  }
}

let waves: FakeWave[];

function player(): Player {
  return new Player(async () => {
    const wave = new FakeWave();
    waves.push(wave);
    return wave as unknown as Wave;
  });
}

const wave = async (count = 1): Promise<FakeWave> => {
  await vi.waitFor(() => expect(waves).toHaveLength(count));
  await Promise.resolve();
  return waves[count - 1] as FakeWave;
};

beforeEach(() => {
  waves = [];
});

it("starting loads the audio and plays it from the requested position", async () => {
  const audio = player();
  expect(waves).toEqual([]);
  audio.start(4);
  expect(audio.current().state).toBe("loading");
  (await wave()).emit("ready", 60);
  expect(waves[0]?.setTime).toHaveBeenCalledExactlyOnceWith(4);
  expect(audio.current()).toMatchObject({ state: "ready", duration: 60, isPlaying: true });
});

it("a rate set before loading applies once loaded", async () => {
  const audio = player();
  audio.setRate(1.5);
  audio.start(0);
  (await wave()).emit("ready", 60);
  expect(waves[0]?.setPlaybackRate).toHaveBeenLastCalledWith(1.5, true);
});

it("pausing while loading prevents playback", async () => {
  const audio = player();
  audio.start(0);
  audio.pause();
  (await wave()).emit("ready", 60);
  expect(waves[0]?.play).not.toHaveBeenCalled();
  expect(audio.current()).toMatchObject({ state: "ready", isPlaying: false });
});

it("starting again while loading moves the position without a second load", async () => {
  const audio = player();
  audio.start(4);
  audio.start(9);
  (await wave()).emit("ready", 60);
  expect(waves).toHaveLength(1);
  expect(waves[0]?.setTime).toHaveBeenCalledExactlyOnceWith(9);
});

it("a position past the end plays from the end", async () => {
  const audio = player();
  audio.start(90);
  (await wave()).emit("ready", 60);
  expect(waves[0]?.setTime).toHaveBeenCalledExactlyOnceWith(60);
});

it("starting after a failure loads again", async () => {
  const audio = player();
  audio.start(0);
  (await wave()).emit("error", new Error("not found"));
  expect(audio.current().state).toBe("failed");
  audio.start(0);
  (await wave(2)).emit("ready", 60);
  expect(waves[0]?.destroy).toHaveBeenCalledOnce();
  expect(audio.current().state).toBe("ready");
});

it("audio that finishes loading after a stop is destroyed", async () => {
  const audio = player();
  audio.start(0);
  audio.stop();
  await wave();
  await vi.waitFor(() => expect(waves[0]?.destroy).toHaveBeenCalledOnce());
  expect(audio.current().state).toBe("idle");
});

it("starting one recording stops another, even one that is still loading", async () => {
  const page = new AudioSync();
  const [ai, person] = [player(), player()];
  page.register("ai", ai);
  page.register("person", person);
  page.play("ai", 0);
  const first = await wave();
  page.play("person", 0);
  const second = await wave(2);
  second.emit("ready", 60);
  first.emit("ready", 60);
  expect([ai.current().isPlaying, person.current().isPlaying]).toEqual([false, true]);
  page.play("ai", 3);
  expect([ai.current().isPlaying, person.current().isPlaying]).toEqual([true, false]);
});
