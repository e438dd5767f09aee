/** Display labels for API values. Any other value is shown with spaces instead of underscores. */
const WORDS: Record<string, string> = {
  ai: "Assistant",
  agent: "Team member",
  team_member: "Team member",
  human: "Person",
  no_answer: "No answer",
  busy_no_answer: "Busy / no answer",
  in_progress: "In progress",
  started: "Started",
  needs_improvement: "Needs improvement",
  ai_unavailable: "Assistant unavailable",
  transfer_target: "Transfer target",
  callback_needed: "Callback needed",
  none: "Connecting",
  person: "Team member",
  hold: "On hold",
};

export function words(word: string | null | undefined): string {
  if (!word) return "";
  const known = WORDS[word];
  if (known) return known;
  const spaced = word.replaceAll("_", " ").trim();
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

/** Formats an event type: `CallerTurn` becomes `Caller turn`, `AiTurn` becomes `AI turn`. */
export function eventName(type: string): string {
  const spaced = type.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
  return (spaced.charAt(0).toUpperCase() + spaced.slice(1)).replace(/^Ai\b/, "AI").replace(/\bai\b/g, "AI");
}
