import { expect, it } from "vitest";
import { decodeMulaw, parseAudioFrame } from "./audioFrame";

const message = (...bytes: number[]): ArrayBuffer => Uint8Array.from(bytes).buffer;

it("decodeMulaw matches ITU-T G.711", () => {
  const samples = [...decodeMulaw(Uint8Array.of(0xff, 0x7f, 0x80, 0x00, 0xce))].map(
    (sample) => sample * 32_768,
  );
  // Both codes for silence, both extremes, and the code nearest to 1,000.
  expect(samples.map(Math.abs)).toEqual([0, 0, 32_124, 32_124, 988]);
  expect(samples.map(Math.sign)).toEqual([0, 0, 1, -1, 1]);
});

it("decodeMulaw is monotonic on both sides of silence", () => {
  const all = decodeMulaw(Uint8Array.from({ length: 256 }, (_, byte) => byte));
  for (let byte = 1; byte < 128; byte += 1) {
    expect(all[byte]).toBeGreaterThan(all[byte - 1] as number);
    expect(all[byte + 128]).toBeLessThan(all[byte + 127] as number);
  }
});

it("parseAudioFrame reads track, time and samples", () => {
  const frame = parseAudioFrame(message(1, 0, 1, 2, 12, 0xff, 0x80));
  expect(frame).toMatchObject({ track: 1, atMs: 66_060 });
  expect(frame?.samples).toHaveLength(2);
  expect(parseAudioFrame(message(0, 255, 255, 255, 255, 0xff))?.atMs).toBe(4_294_967_295);
});

it("parseAudioFrame returns null for an invalid message", () => {
  expect(parseAudioFrame(message())).toBeNull();
  expect(parseAudioFrame(message(0, 0, 0, 0, 0))).toBeNull();
  expect(parseAudioFrame(message(2, 0, 0, 0, 0, 0xff))).toBeNull();
});
