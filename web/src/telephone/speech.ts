/** Speech recognition and synthesis of the browser, where available. */

/** The used part of the Web Speech API's recognition; it has two names in browsers, and no type in TypeScript. */
interface Recognition {
  lang: string;
  interimResults: boolean;
  onresult: ((event: RecognitionEvent) => void) | null;
  onerror: ((event: { error: string }) => void) | null;
  onend: (() => void) | null;
  start(): void;
  abort(): void;
}

interface RecognitionEvent {
  results: ArrayLike<ArrayLike<{ transcript: string }> & { isFinal: boolean }>;
}

type RecognitionConstructor = new () => Recognition;

function recognitionConstructor(): RecognitionConstructor | null {
  const browser = window as unknown as {
    SpeechRecognition?: RecognitionConstructor;
    webkitSpeechRecognition?: RecognitionConstructor;
  };
  return browser.SpeechRecognition ?? browser.webkitSpeechRecognition ?? null;
}

export const canListen = (): boolean => recognitionConstructor() !== null;

export const canSpeak = (): boolean => "speechSynthesis" in window;

export interface Listener {
  /** The words recognized so far. */
  onWords: (words: string) => void;
  /** Recognition has ended: all recognized words (possibly none), and an error message if it failed. */
  onEnd: (words: string, problem: string | null) => void;
}

/** Recognizes one utterance; returns a function that aborts. */
export function listen(language: string, listener: Listener): () => void {
  const SpeechRecognition = recognitionConstructor();
  if (!SpeechRecognition) {
    listener.onEnd("", "This browser has no speech recognition.");
    return () => {};
  }
  const recognition = new SpeechRecognition();
  let words = "";
  let problem: string | null = null;
  recognition.lang = language;
  recognition.interimResults = true;
  recognition.onresult = ({ results }) => {
    words = Array.from(results, (result) => result[0]?.transcript ?? "").join(" ");
    listener.onWords(words);
  };
  recognition.onerror = ({ error }) => {
    problem = PROBLEMS[error] ?? "Speech recognition failed.";
  };
  recognition.onend = () => listener.onEnd(words.trim(), problem);
  recognition.start();
  return () => recognition.abort();
}

/** <https://developer.mozilla.org/docs/Web/API/SpeechRecognitionErrorEvent/error> */
const PROBLEMS: Record<string, string | null> = {
  aborted: null,
  "no-speech": null,
  "not-allowed": "Microphone access is blocked. Allow it for this page, or type instead.",
  "audio-capture": "No microphone found. Type instead.",
  network: "The browser's speech recognition service cannot be reached. Type instead.",
  "service-not-allowed": "The browser does not allow speech recognition here. Type instead.",
};

/** Queues words for speech synthesis. */
export function speak(words: string, language: string): void {
  if (!canSpeak()) return;
  const utterance = new SpeechSynthesisUtterance(words);
  utterance.lang = language;
  window.speechSynthesis.speak(utterance);
}

export function stopSpeaking(): void {
  if (canSpeak()) window.speechSynthesis.cancel();
}
