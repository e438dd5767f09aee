/** A frame of a call's audio, as sent by the service. */
export interface AudioFrame {
  /** 0: spoken by the caller; 1: played to the caller. */
  track: 0 | 1;
  /** Start time, in milliseconds from the start of the stream. */
  atMs: number;
  /** Samples from -1 to 1, 8,000 a second. */
  samples: Float32Array<ArrayBuffer>;
}

export const SAMPLE_RATE_HZ = 8_000;

/** Track (1 byte) and start time (4 bytes), before the samples. */
const HEADER_BYTES = 5;
/** ITU-T G.711: added to the magnitude, so that every segment starts at a power of two. */
const BIAS = 0x84;
/** The sample of each mu-law byte (ITU-T G.711). */
const MULAW = Float32Array.from({ length: 256 }, (_, byte) => decodeByte(byte) / 32_768);

function decodeByte(byte: number): number {
  const bits = ~byte & 0xff;
  const magnitude = (((bits & 0x0f) << 3) + BIAS) << ((bits >> 4) & 0x07);
  return bits & 0x80 ? BIAS - magnitude : magnitude - BIAS;
}

export function decodeMulaw(bytes: Uint8Array): Float32Array<ArrayBuffer> {
  return Float32Array.from(bytes, (byte) => MULAW[byte] as number);
}

/** Parses a binary message; null for anything unknown, so that a newer service does not break an older page. */
export function parseAudioFrame(message: ArrayBuffer): AudioFrame | null {
  if (message.byteLength <= HEADER_BYTES) return null;
  const header = new DataView(message);
  const track = header.getUint8(0);
  if (track !== 0 && track !== 1) return null;
  return { track, atMs: header.getUint32(1), samples: decodeMulaw(new Uint8Array(message, HEADER_BYTES)) };
}
