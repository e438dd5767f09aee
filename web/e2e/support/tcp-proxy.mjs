// A TCP proxy between the browser and the service, for simulating a lost network connection.

import { connect, createServer } from "node:net";

export class TcpProxy {
  #server;
  #sockets = new Set();
  #isDisconnected = false;

  /** @param {string} target the service's address */
  constructor(target) {
    const { hostname, port } = new URL(target);
    this.#server = createServer((client) => {
      if (this.#isDisconnected) return client.destroy();
      const upstream = connect(Number(port), hostname);
      for (const socket of [client, upstream]) {
        this.#sockets.add(socket);
        socket.on("close", () => this.#sockets.delete(socket));
        // Without a listener the error would be thrown.
        socket.on("error", () => socket.destroy());
      }
      client.on("close", () => upstream.destroy());
      upstream.on("close", () => client.destroy());
      client.pipe(upstream).pipe(client);
    });
  }

  /** @returns {Promise<string>} the proxy's address */
  async listen() {
    await new Promise((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${this.#server.address().port}`;
  }

  /** Closes every connection and refuses new ones. */
  disconnect() {
    this.#isDisconnected = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  reconnect() {
    this.#isDisconnected = false;
  }

  async close() {
    this.disconnect();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
