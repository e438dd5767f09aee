import { ActionIcon, Group, Text, TextInput, Tooltip } from "@mantine/core";
import { IconMicrophone, IconSend } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { canListen, listen } from "./speech";

/** The longest text the service accepts, in characters. */
const MAX_LENGTH = 1_000;

interface Props {
  onSay: (words: string) => void;
  /** The language of the speech recognition, as a BCP 47 tag: `en-US`. */
  language?: string;
}

/** Input for what the user says: typed, or spoken if the browser has speech recognition. */
export function SayForm({ onSay, language = "en-US" }: Props) {
  const [words, setWords] = useState("");
  const [stop, setStop] = useState<(() => void) | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  useEffect(() => () => stop?.(), [stop]);

  const say = (text: string) => {
    if (text.trim() === "") return;
    setWords("");
    onSay(text.trim());
  };
  const speak = () => {
    if (stop) return stop();
    setProblem(null);
    const abort = listen(language, {
      onWords: setWords,
      onEnd: (recognized, error) => {
        setStop(null);
        setProblem(error);
        say(recognized);
      },
    });
    setStop(() => abort);
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        say(words);
      }}
    >
      <Group gap={6} wrap="nowrap">
        <TextInput
          ref={field}
          flex={1}
          aria-label="Say something"
          placeholder={stop ? "Listening…" : "Type what you want to say"}
          autoComplete="off"
          maxLength={MAX_LENGTH}
          value={words}
          onChange={(event) => setWords(event.currentTarget.value)}
        />
        {canListen() && (
          <Tooltip label="Uses the browser's speech recognition, which may send your voice to the browser's vendor">
            <ActionIcon
              size={36}
              variant={stop ? "filled" : "default"}
              aria-label={stop ? "Stop listening" : "Speak"}
              aria-pressed={stop !== null}
              onClick={speak}
            >
              <IconMicrophone size={18} />
            </ActionIcon>
          </Tooltip>
        )}
        <ActionIcon type="submit" size={36} aria-label="Send" disabled={words.trim() === ""}>
          <IconSend size={18} />
        </ActionIcon>
      </Group>
      {problem && (
        <Text size="xs" c="var(--mantine-color-error)" role="alert">
          {problem}
        </Text>
      )}
    </form>
  );
}
