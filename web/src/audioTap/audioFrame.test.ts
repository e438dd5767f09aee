import { expect, it } from "vitest";
import { decodeMulaw, readPiece } from "./audioFrame";

const message = (...bytes: number[]): ArrayBuffer => Uint8Array.from(bytes).buffer;

it("mu-law is decoded as the recommendation says", () => {
  const samples = [...decodeMulaw(Uint8Array.of(0xff, 0x7f, 0x80, 0x00, 0xce))].map((it) => it * 32_768);
  // Silence twice, the two ends, and the nearest that can be told to 1,000.
  expect(samples.map(Math.abs)).toEqual([0, 0, 32_124, 32_124, 988]);
  expect(samples.map(Math.sign)).toEqual([0, 0, 1, -1, 1]);
});

it("louder bytes mean louder samples, on both sides of silence", () => {
  const all = decodeMulaw(Uint8Array.from({ length: 256 }, (_, byte) => byte));
  for (let byte = 1; byte < 128; byte += 1) {
    expect(all[byte]).toBeGreaterThan(all[byte - 1] as number);
    expect(all[byte + 128]).toBeLessThan(all[byte + 127] as number);
  }
});

it("a message is the track, the time and the sound", () => {
  const piece = readPiece(message(1, 0, 1, 2, 12, 0xff, 0x80));
  expect(piece).toMatchObject({ track: 1, atMs: 66_060 });
  expect(piece?.samples).toHaveLength(2);
  expect(readPiece(message(0, 255, 255, 255, 255, 0xff))?.atMs).toBe(4_294_967_295);
});

it("what is no piece of sound is passed over", () => {
  expect(readPiece(message())).toBeNull();
  expect(readPiece(message(0, 0, 0, 0, 0))).toBeNull();
  expect(readPiece(message(2, 0, 0, 0, 0, 0xff))).toBeNull();
});
