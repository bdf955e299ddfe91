// WebDriver BiDi (https://w3c.github.io/webdriver-bidi/): commands and events as JSON over one WebSocket.

import { once } from "node:events";
import WebSocket from "ws";

export class Bidi {
  #socket;
  #id = 0;
  #waiting = new Map();
  #listeners = [];

  /** Connects to a browser's BiDi address, as it printed it, and begins a session. */
  static async connect(address, capabilities = {}) {
    const socket = new WebSocket(`${address}/session`, { perMessageDeflate: false });
    await once(socket, "open");
    const bidi = new Bidi(socket);
    await bidi.send("session.new", { capabilities: { alwaysMatch: capabilities } });
    return bidi;
  }

  constructor(socket) {
    this.#socket = socket;
    socket.on("message", (data) => this.#receive(JSON.parse(String(data))));
    socket.on("error", (error) => this.#end(error));
    socket.on("close", () => this.#end(new Error("the browser closed its WebDriver connection")));
  }

  /** Sends a command and returns its result. */
  async send(method, params = {}) {
    const id = ++this.#id;
    return await new Promise((resolve, reject) => {
      this.#waiting.set(id, { method, resolve, reject });
      this.#socket.send(JSON.stringify({ id, method, params }), (error) => error && this.#end(error));
    });
  }

  /** Calls `listener` with every event; subscribe with `session.subscribe`. */
  listen(listener) {
    this.#listeners.push(listener);
  }

  close() {
    this.#socket.close();
  }

  #receive(message) {
    if (message.type === "event") {
      for (const listener of this.#listeners) listener(message.method, message.params);
      return;
    }
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.type === "success") waiting?.resolve(message.result);
    else waiting?.reject(new Error(`${waiting.method}: ${message.error}: ${message.message}`));
  }

  #end(error) {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
