// The cable between the browser and the service: it can be pulled out and put back. Nobody is told, as in the world.

import { connect, createServer } from "node:net";

export class Cable {
  #server;
  #sockets = new Set();
  #isCut = false;

  /** @param {string} to the service's address */
  constructor(to) {
    const { hostname, port } = new URL(to);
    this.#server = createServer((near) => {
      if (this.#isCut) return near.destroy();
      const far = connect(Number(port), hostname);
      for (const socket of [near, far]) {
        this.#sockets.add(socket);
        socket.on("close", () => this.#sockets.delete(socket));
        // One end that breaks off ends the other; there is nobody to tell.
        socket.on("error", () => socket.destroy());
      }
      near.on("close", () => far.destroy());
      far.on("close", () => near.destroy());
      near.pipe(far).pipe(near);
    });
  }

  /** @returns {Promise<string>} the address of the near end */
  async lay() {
    await new Promise((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${this.#server.address().port}`;
  }

  /** Every connection breaks off, and no new one is made. */
  cut() {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  mend() {
    this.#isCut = false;
  }

  async remove() {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
