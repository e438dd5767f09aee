/** A piece of a call's sound, as the service sends it. */
export interface Piece {
  /** 0: what the caller says; 1: what the caller hears. */
  track: 0 | 1;
  /** When it begins, in milliseconds from the beginning of the stream. */
  atMs: number;
  /** Samples from -1 to 1, 8,000 a second. */
  samples: Float32Array<ArrayBuffer>;
}

/** Samples in a second. */
export const RATE = 8_000;

/** Track and time, before the sound. */
const HEAD_BYTES = 5;
/** ITU-T G.711: added to the magnitude, so that every segment begins at a power of two. */
const BIAS = 0x84;
/** What each byte of mu-law means (ITU-T G.711). */
const MULAW = Float32Array.from({ length: 256 }, (_, byte) => meaning(byte) / 32_768);

function meaning(byte: number): number {
  const bits = ~byte & 0xff;
  const magnitude = (((bits & 0x0f) << 3) + BIAS) << ((bits >> 4) & 0x07);
  return bits & 0x80 ? BIAS - magnitude : magnitude - BIAS;
}

export function decodeMulaw(bytes: Uint8Array): Float32Array<ArrayBuffer> {
  return Float32Array.from(bytes, (byte) => MULAW[byte] as number);
}

/** Reads a binary message; null for anything that is none, so that a newer service cannot break an older page. */
export function readPiece(message: ArrayBuffer): Piece | null {
  if (message.byteLength <= HEAD_BYTES) return null;
  const head = new DataView(message);
  const track = head.getUint8(0);
  if (track !== 0 && track !== 1) return null;
  return { track, atMs: head.getUint32(1), samples: decodeMulaw(new Uint8Array(message, HEAD_BYTES)) };
}
