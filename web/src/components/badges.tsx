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

interface BadgeStyle {
  label: string;
  color: MantineColor;
}

/** Label and color for a call's status or outcome. */
export function statusLook(status: string, voicemail?: boolean): BadgeStyle {
  if (voicemail) return { label: "Voicemail", color: "grape" };
  return { label: words(status), color: STATUS_COLORS[status] ?? "gray" };
}

/** A call's status or outcome. */
export function StatusBadge({ status, voicemail }: { status: string; voicemail?: boolean }) {
  const { label, color } = statusLook(status, voicemail);
  return (
    <Badge color={color} variant="light">
      {label}
    </Badge>
  );
}

const HOLDERS: Record<string, BadgeStyle> = {
  ai: { label: "Assistant speaking", color: "indigo" },
  team_member: { label: "Team member speaking", color: "teal" },
  hold: { label: "On hold", color: "orange" },
  voicemail: { label: "Voicemail", color: "grape" },
  none: { label: "Ringing", color: "gray" },
};

/** Who the remote party is connected to. */
export function HolderBadge({ holder }: { holder: string }) {
  const { label, color } = HOLDERS[holder] ?? { label: words(holder), color: "gray" };
  return (
    <Badge color={color} variant="light" size="lg">
      {label}
    </Badge>
  );
}

/** Label and color for a reviewer's grade. */
export function gradeLook(grade: string): BadgeStyle {
  return grade === "good" ? { label: "Good", color: "teal" } : { label: "Needs work", color: "orange" };
}

/** A reviewer's grade; renders nothing for an ungraded call. */
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
