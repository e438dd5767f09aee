/** The logo: a waveform. */
export function Logo({ size = 28 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="7" fill="#4263eb" />
      <g stroke="#fff" strokeWidth="2.6" strokeLinecap="round">
        <path d="M8 13v6M13 9v14M18 12v8M23 10.5v11" />
      </g>
    </svg>
  );
}
