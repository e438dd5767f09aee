import { notifications } from "@mantine/notifications";
import { messageOf } from "../api/problem";

/** Something was done. */
export function notifySuccess(message: string): void {
  notifications.show({ color: "teal", message, autoClose: 3_000 });
}

/** Something could not be done: what, and why. */
export function notifyError(what: string, error: unknown): void {
  notifications.show({ color: "red", title: what, message: messageOf(error), autoClose: 8_000 });
}
