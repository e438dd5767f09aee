import { SAMPLE_RATE_HZ } from "./audioFrame";

/** Plays audio frames. */
export interface AudioOutput {
  /** The output's clock, in seconds. */
  now(): number;
  play(samples: Float32Array<ArrayBuffer>, at: number): void;
  /** Discards the scheduled audio. */
  flush(): void;
  /** From 0 to 1. */
  setVolume(volume: number): void;
  close(): void;
}

/** Creates the browser's output. It runs at the sample rate of the frames, so that they join without clicks. */
export function createAudioOutput(): AudioOutput {
  const context = new AudioContext({ sampleRate: SAMPLE_RATE_HZ });
  const gain = context.createGain();
  gain.connect(context.destination);
  const scheduled = new Set<AudioBufferSourceNode>();
  // Called from a click handler; a browser that still blocks playback starts it with the next click.
  void context.resume();
  return {
    now: () => context.currentTime,
    play(samples, at) {
      const buffer = context.createBuffer(1, samples.length, SAMPLE_RATE_HZ);
      buffer.copyToChannel(samples, 0);
      const source = context.createBufferSource();
      source.buffer = buffer;
      source.connect(gain);
      source.onended = () => scheduled.delete(source);
      scheduled.add(source);
      source.start(at);
    },
    flush() {
      for (const source of scheduled) source.stop();
      scheduled.clear();
    },
    setVolume(volume) {
      gain.gain.value = volume;
    },
    close() {
      void context.close();
    },
  };
}
