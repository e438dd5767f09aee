import { describe, expect, it } from "vitest";
import { type LineSocket, TextLine } from "./TextLine";

class FakeSocket implements LineSocket {
  onmessage: ((event: never) => void) | null = null;
  onclose: ((event: never) => void) | null = null;
  sent: unknown[] = [];
  isClosed = false;

  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }

  close(): void {
    this.isClosed = true;
  }

  receive(...events: string[]): void {
    for (const what of events) this.onmessage?.({ data: JSON.stringify({ what, text: "words" }) } as never);
  }

  disconnect(): void {
    this.onclose?.({} as never);
  }
}

function openLine() {
  const sockets: FakeSocket[] = [];
  const scheduled: (() => void)[] = [];
  const line = new TextLine("/line", {
    open: () => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket;
    },
    wait: (run) => {
      scheduled.push(run);
      return () => {};
    },
  });
  return { line, sockets, scheduled, socket: () => sockets.at(-1) as FakeSocket };
}

describe("TextLine", () => {
  it("queues words until the remote party listens", () => {
    const { line, socket } = openLine();
    socket().receive("ringing", "answered", "heard");
    line.say("hello");
    expect(line.current().queued).toEqual(["hello"]);
    expect(socket().sent).toEqual([]);
    socket().receive("listening");
    expect(socket().sent).toEqual([{ say: "hello" }]);
    expect(line.current().queued).toEqual([]);
  });

  it("interrupts only after the remote party has listened once", () => {
    const { line, socket } = openLine();
    socket().receive("answered", "heard");
    line.say("stop");
    line.interrupt();
    expect(socket().sent).toEqual([]);
    socket().receive("listening", "said", "heard");
    line.say("stop again");
    line.interrupt();
    expect(socket().sent).toEqual([{ say: "stop" }, { say: "stop again" }]);
  });

  it("sends words immediately in a conversation between two people", () => {
    const { line, socket } = openLine();
    socket().receive("answered", "connected", "heard");
    line.say("hello");
    expect(socket().sent).toEqual([{ say: "hello" }]);
  });

  it("reconnects after a lost connection and replays the call from the start", () => {
    const { line, sockets, scheduled, socket } = openLine();
    socket().receive("ringing", "answered", "heard");
    socket().disconnect();
    scheduled[0]?.();
    expect(sockets).toHaveLength(2);
    socket().receive("ringing", "answered", "heard");
    expect(line.current().call.lines).toHaveLength(1);
    expect(line.current().call.stage).toBe("open");
  });

  it("gives up after its reconnect attempts, and does not reconnect after the call ended", () => {
    const broken = openLine();
    for (let n = 0; n < 10; n++) {
      broken.socket().disconnect();
      broken.scheduled.shift()?.();
    }
    expect(broken.line.current().call.stage).toBe("ended");
    expect(broken.sockets).toHaveLength(6);
    const over = openLine();
    over.socket().receive("answered", "ended");
    over.socket().disconnect();
    expect(over.sockets).toHaveLength(1);
  });

  it("hangUp before the socket is open is sent once it is", () => {
    const { line, socket } = openLine();
    socket().send = () => {
      throw new Error("still connecting");
    };
    line.hangUp();
    socket().send = FakeSocket.prototype.send;
    socket().receive("ringing");
    expect(socket().sent).toEqual([{ hang_up: true }]);
  });

  it("close hangs up and closes the socket", () => {
    const { line, socket } = openLine();
    socket().receive("answered");
    const open = socket();
    line.close();
    expect(open.sent).toEqual([{ hang_up: true }]);
    expect(open.isClosed).toBe(true);
  });
});
