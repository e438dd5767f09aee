import { Badge, type MantineColor } from "@mantine/core";
import { IconThumbDown, IconThumbUp } from "@tabler/icons-react";
import { words } from "../format/words";

const STATUS_COLORS: Record<string, MantineColor> = {
  completed: "teal",
  in_progress: "indigo",
  ringing: "indigo",
  started: "indigo",
  queued: "gray",
  failed: "red",
  refused: "red",
  busy: "orange",
  no_answer: "orange",
  canceled: "gray",
};

/** How far a call has come, or how it ended. */
export function StatusBadge({ status, voicemail }: { status: string; voicemail?: boolean }) {
  if (voicemail) {
    return (
      <Badge color="grape" variant="light">
        Voicemail
      </Badge>
    );
  }
  return (
    <Badge color={STATUS_COLORS[status] ?? "gray"} variant="light">
      {words(status)}
    </Badge>
  );
}

const HOLDERS: Record<string, { label: string; color: MantineColor }> = {
  ai: { label: "AI speaks", color: "indigo" },
  person: { label: "A person speaks", color: "teal" },
  hold: { label: "On hold", color: "orange" },
  voicemail: { label: "Voicemail", color: "grape" },
  nobody: { label: "Ringing", color: "gray" },
};

/** Who holds the line. */
export function HolderBadge({ holder }: { holder: string }) {
  const { label, color } = HOLDERS[holder] ?? { label: words(holder), color: "gray" };
  return (
    <Badge color={color} variant="light" size="lg">
      {label}
    </Badge>
  );
}

/** A reviewer's judgement; nothing when there is none. */
export function GradeBadge({ grade }: { grade: string | null | undefined }) {
  if (!grade) return null;
  const isGood = grade === "good";
  return (
    <Badge
      color={isGood ? "teal" : "orange"}
      variant="light"
      leftSection={isGood ? <IconThumbUp size={12} aria-hidden /> : <IconThumbDown size={12} aria-hidden />}
    >
      {isGood ? "Good" : "Needs work"}
    </Badge>
  );
}
