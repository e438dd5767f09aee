import { RATE } from "./audioFrame";

/** What plays pieces of sound. */
export interface Loudspeaker {
  /** Its clock, in seconds. */
  now(): number;
  play(samples: Float32Array<ArrayBuffer>, at: number): void;
  /** Throws away what waits to be played. */
  cut(): void;
  /** From 0 to 1. */
  setVolume(volume: number): void;
  close(): void;
}

/** The browser's own. It runs at the rate of the sound, so that one piece follows another without a click. */
export function loudspeaker(): Loudspeaker {
  const context = new AudioContext({ sampleRate: RATE });
  const gain = context.createGain();
  gain.connect(context.destination);
  const waiting = new Set<AudioBufferSourceNode>();
  // It is opened by a click; a browser that waits for one all the same begins with the next.
  void context.resume();
  return {
    now: () => context.currentTime,
    play(samples, at) {
      const buffer = context.createBuffer(1, samples.length, RATE);
      buffer.copyToChannel(samples, 0);
      const source = context.createBufferSource();
      source.buffer = buffer;
      source.connect(gain);
      source.onended = () => waiting.delete(source);
      waiting.add(source);
      source.start(at);
    },
    cut() {
      for (const source of waiting) source.stop();
      waiting.clear();
    },
    setVolume(volume) {
      gain.gain.value = volume;
    },
    close() {
      void context.close();
    },
  };
}
