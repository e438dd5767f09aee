import { Button, Group, Pill, Stack, Text, Textarea } from "@mantine/core";
import { getHotkeyHandler } from "@mantine/hooks";
import { type RefObject, useState } from "react";
import { useNoteCorrection } from "./useCorrections";

interface Props {
  callId: string;
  /** The corrected turn; undefined for the whole call. */
  turn: number | undefined;
  onWholeCall: () => void;
  onDone?: () => void;
  input?: RefObject<HTMLTextAreaElement | null>;
}

/** Takes a correction. Ctrl+Enter saves, Escape leaves the field. */
export function CorrectionForm({ callId, turn, onWholeCall, onDone, input }: Props) {
  const [note, setNote] = useState("");
  const save = useNoteCorrection(callId);
  const submit = () => {
    const text = note.trim();
    if (!text) return;
    // The field is cleared at once for the next correction. A failed save restores the text if the field is still empty.
    setNote("");
    onDone?.();
    save.mutateAsync({ note: text, turn }).catch(() => setNote((next) => next || text));
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Stack gap="xs">
        {turn !== undefined && (
          <Group gap={6}>
            <Text size="sm">Correcting</Text>
            <Pill
              withRemoveButton
              onRemove={onWholeCall}
              removeButtonProps={{ "aria-label": "Correct the whole call instead" }}
            >
              Turn {turn}
            </Pill>
          </Group>
        )}
        <Textarea
          ref={input}
          aria-label="What should have been said?"
          placeholder={
            turn === undefined ? "What should have been done in this call?" : "What should have been said?"
          }
          autosize
          minRows={2}
          maxRows={8}
          value={note}
          onChange={(event) => setNote(event.currentTarget.value)}
          onKeyDown={getHotkeyHandler([
            ["mod+Enter", submit],
            ["Escape", () => input?.current?.blur()],
          ])}
        />
        <Group justify="flex-end">
          <Button type="submit" size="xs" disabled={note.trim() === ""}>
            Save correction
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
