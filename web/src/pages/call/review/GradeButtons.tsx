import { Button, Group } from "@mantine/core";
import { IconThumbDown, IconThumbUp } from "@tabler/icons-react";
import { api } from "../../../api/client";
import type { CallDetail, Grade } from "../../../api/types";
import { useCallWrite } from "../useCallWrite";

/** Grades a call, optimistically; `null` clears the grade. */
export function useGrade(callId: string) {
  return useCallWrite<Grade | null>(callId, {
    failure: "Grade not saved",
    send: (grade) =>
      api.PUT("/api/call-logs/{id}/grade", { params: { path: { id: callId } }, body: { grade } }),
    expect: (call, grade) => ({ ...call, grade, review_status: grade ? "reviewed" : call.review_status }),
  });
}

interface Props {
  call: CallDetail;
  onGrade: (grade: Grade | null) => void;
  /** Keyboard shortcuts, for `aria-keyshortcuts`. */
  keys?: { good: string; needsImprovement: string };
}

/** Two toggle buttons; pressing the active one clears the grade. */
export function GradeButtons({ call, onGrade, keys }: Props) {
  const toggle = (grade: Grade) => onGrade(call.grade === grade ? null : grade);
  const isGood = call.grade === "good";
  const isBad = call.grade === "needs_improvement";
  return (
    <Group gap="xs" grow role="group" aria-label="Grade">
      <Button
        variant={isGood ? "filled" : "default"}
        color="teal.9"
        autoContrast={false}
        leftSection={<IconThumbUp size={18} />}
        aria-pressed={isGood}
        aria-keyshortcuts={keys?.good}
        onClick={() => toggle("good")}
      >
        Good
      </Button>
      <Button
        variant={isBad ? "filled" : "default"}
        color="#a63c00"
        autoContrast={false}
        leftSection={<IconThumbDown size={18} />}
        aria-pressed={isBad}
        aria-keyshortcuts={keys?.needsImprovement}
        onClick={() => toggle("needs_improvement")}
      >
        Needs work
      </Button>
    </Group>
  );
}
