import { beforeEach, expect, it, vi } from "vitest";
import { Player, type Wave } from "./Player";
import { Sound } from "./Sound";

/** A sound that is loaded when the test says so. */
class FakeWave {
  handlers = new Map<string, (of?: unknown) => void>();
  setTime = vi.fn();
  setPlaybackRate = vi.fn();
  destroy = vi.fn();
  play = vi.fn(async () => this.tells("play"));
  pause = vi.fn(() => this.tells("pause"));
  on(event: string, handler: (of?: unknown) => void): void {
    this.handlers.set(event, handler);
  }
  tells(event: string, of?: unknown): void {
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

it("a sound is loaded when it is wanted, and plays from there", async () => {
  const sound = player();
  expect(waves).toEqual([]);
  sound.start(4);
  expect(sound.current().state).toBe("loading");
  (await wave()).tells("ready", 60);
  expect(waves[0]?.setTime).toHaveBeenCalledExactlyOnceWith(4);
  expect(sound.current()).toMatchObject({ state: "ready", duration: 60, isPlaying: true });
});

it("a speed that is chosen before the sound is there holds once it is", async () => {
  const sound = player();
  sound.setRate(1.5);
  sound.start(0);
  (await wave()).tells("ready", 60);
  expect(waves[0]?.setPlaybackRate).toHaveBeenLastCalledWith(1.5, true);
});

it("what is paused while it loads does not begin", async () => {
  const sound = player();
  sound.start(0);
  sound.pause();
  (await wave()).tells("ready", 60);
  expect(waves[0]?.play).not.toHaveBeenCalled();
  expect(sound.current()).toMatchObject({ state: "ready", isPlaying: false });
});

it("another place that is wished while it loads is where it begins, and it is loaded once", async () => {
  const sound = player();
  sound.start(4);
  sound.start(9);
  (await wave()).tells("ready", 60);
  expect(waves).toHaveLength(1);
  expect(waves[0]?.setTime).toHaveBeenCalledExactlyOnceWith(9);
});

it("a place behind the end is the end", async () => {
  const sound = player();
  sound.start(90);
  (await wave()).tells("ready", 60);
  expect(waves[0]?.setTime).toHaveBeenCalledExactlyOnceWith(60);
});

it("a sound that failed is loaded again", async () => {
  const sound = player();
  sound.start(0);
  (await wave()).tells("error", new Error("not found"));
  expect(sound.current().state).toBe("failed");
  sound.start(0);
  (await wave(2)).tells("ready", 60);
  expect(waves[0]?.destroy).toHaveBeenCalledOnce();
  expect(sound.current().state).toBe("ready");
});

it("a sound that comes after the end is put away", async () => {
  const sound = player();
  sound.start(0);
  sound.stop();
  await wave();
  await vi.waitFor(() => expect(waves[0]?.destroy).toHaveBeenCalledOnce());
  expect(sound.current().state).toBe("idle");
});

it("of two recordings one plays, also while the other still loads", async () => {
  const page = new Sound();
  const [ai, person] = [player(), player()];
  page.register("ai", ai);
  page.register("person", person);
  page.play("ai", 0);
  const first = await wave();
  page.play("person", 0);
  const second = await wave(2);
  second.tells("ready", 60);
  first.tells("ready", 60);
  expect([ai.current().isPlaying, person.current().isPlaying]).toEqual([false, true]);
  page.play("ai", 3);
  expect([ai.current().isPlaying, person.current().isPlaying]).toEqual([true, false]);
});
