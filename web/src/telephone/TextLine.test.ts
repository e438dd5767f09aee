import { describe, expect, it } from "vitest";
import { type LineSocket, TextLine } from "./TextLine";

class Socket implements LineSocket {
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

  tells(...whats: string[]): void {
    for (const what of whats) this.onmessage?.({ data: JSON.stringify({ what, text: "words" }) } as never);
  }

  breaks(): void {
    this.onclose?.({} as never);
  }
}

function line() {
  const sockets: Socket[] = [];
  const waits: (() => void)[] = [];
  const typed = new TextLine("/line", {
    open: () => {
      const socket = new Socket();
      sockets.push(socket);
      return socket;
    },
    wait: (run) => {
      waits.push(run);
      return () => {};
    },
  });
  return { typed, sockets, waits, socket: () => sockets.at(-1) as Socket };
}

describe("a line", () => {
  it("keeps words until the other side listens", () => {
    const { typed, socket } = line();
    socket().tells("ringing", "answered", "heard");
    typed.say("hello");
    expect(typed.current().waiting).toEqual(["hello"]);
    expect(socket().sent).toEqual([]);
    socket().tells("listening");
    expect(socket().sent).toEqual([{ say: "hello" }]);
    expect(typed.current().waiting).toEqual([]);
  });

  it("interrupts only who has listened before", () => {
    const { typed, socket } = line();
    socket().tells("answered", "heard");
    typed.say("stop");
    typed.interrupt();
    expect(socket().sent).toEqual([]);
    socket().tells("listening", "said", "heard");
    typed.say("stop again");
    typed.interrupt();
    expect(socket().sent).toEqual([{ say: "stop" }, { say: "stop again" }]);
  });

  it("says at once what is said between two people", () => {
    const { typed, socket } = line();
    socket().tells("answered", "connected", "heard");
    typed.say("hello");
    expect(socket().sent).toEqual([{ say: "hello" }]);
  });

  it("is opened again when it breaks off, and then told everything anew", () => {
    const { typed, sockets, waits, socket } = line();
    socket().tells("ringing", "answered", "heard");
    socket().breaks();
    waits[0]?.();
    expect(sockets).toHaveLength(2);
    socket().tells("ringing", "answered", "heard");
    expect(typed.current().call.spoken).toHaveLength(1);
    expect(typed.current().call.stage).toBe("open");
  });

  it("is given up after some tries, and not opened again after the end", () => {
    const broken = line();
    for (let n = 0; n < 10; n++) {
      broken.socket().breaks();
      broken.waits.shift()?.();
    }
    expect(broken.typed.current().call.stage).toBe("ended");
    expect(broken.sockets).toHaveLength(6);
    const over = line();
    over.socket().tells("answered", "ended");
    over.socket().breaks();
    expect(over.sockets).toHaveLength(1);
  });

  it("hangs up a call whose line was not open yet", () => {
    const { typed, socket } = line();
    socket().send = () => {
      throw new Error("still connecting");
    };
    typed.hangUp();
    socket().send = Socket.prototype.send;
    socket().tells("ringing");
    expect(socket().sent).toEqual([{ hang_up: true }]);
  });

  it("puts the receiver down when nobody is there any more", () => {
    const { typed, socket } = line();
    socket().tells("answered");
    const open = socket();
    typed.leave();
    expect(open.sent).toEqual([{ hang_up: true }]);
    expect(open.isClosed).toBe(true);
  });
});
