import { notifications } from "@mantine/notifications";
import { messageOf } from "../api/problem";

/** Shows that an action succeeded. */
export function notifySuccess(message: string): void {
  notifications.show({ color: "teal", message, autoClose: 3_000 });
}

/** Shows which action failed, and why. */
export function notifyError(what: string, error: unknown): void {
  notifications.show({ color: "red", title: what, message: messageOf(error), autoClose: 8_000 });
}
