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

interface Look {
  label: string;
  color: MantineColor;
}

/** How a call's state looks: how far it has come, or how it ended. */
export function statusLook(status: string, voicemail?: boolean): Look {
  if (voicemail) return { label: "Voicemail", color: "grape" };
  return { label: words(status), color: STATUS_COLORS[status] ?? "gray" };
}

/** How far a call has come, or how it ended. */
export function StatusBadge({ status, voicemail }: { status: string; voicemail?: boolean }) {
  const { label, color } = statusLook(status, voicemail);
  return (
    <Badge color={color} variant="light">
      {label}
    </Badge>
  );
}

const HOLDERS: Record<string, Look> = {
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

/** How a reviewer's judgement looks. */
export function gradeLook(grade: string): Look {
  return grade === "good" ? { label: "Good", color: "teal" } : { label: "Needs work", color: "orange" };
}

/** A reviewer's judgement; nothing when there is none. */
export function GradeBadge({ grade }: { grade: string | null | undefined }) {
  if (!grade) return null;
  const { label, color } = gradeLook(grade);
  const Icon = grade === "good" ? IconThumbUp : IconThumbDown;
  return (
    <Badge color={color} variant="light" leftSection={<Icon size={12} aria-hidden />}>
      {label}
    </Badge>
  );
}
