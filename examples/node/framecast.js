// Draw on a framecast canvas from Node.js: copy this file beside your program, and run
//
//     framecast run -- node program.js
//
// It needs Node.js 18 and nothing else. PIPE.md of framecast documents what goes through the pipes.
//
//     import { Canvas } from "./framecast.js";
//
//     const canvas = new Canvas("a title", { size: [320, 240] });
//     for await (const event of canvas) {
//       if (event.type === "draw") canvas.present(new Uint8Array(320 * 240 * 4), 320, 240);
//     }

import net from "node:net";
import process from "node:process";
import { createInterface } from "node:readline";

const VERSION = 1;
const BYTES = { rgba: 4, bgra: 4, rgb: 3 };

/** A canvas. There is one; it opens with the first, and is closed when framecast or the program ends. */
export class Canvas {
  /** The canvas' size in physical pixels. */
  pixels = [1, 1];
  /** The canvas' size in logical pixels, in which positions of events are. */
  size = [1, 1];
  /** Physical pixels per logical pixel. */
  ratio = 1;
  /** Whether the canvas is closed. */
  closed = false;
  /** Whether somebody wants a frame: a "draw" came after the last frame. */
  wanted = false;
  #lines;
  #out;

  /**
   * With a `size` in pixels the canvas has that size, and views scale it. Without, it follows the presenter's view:
   * draw `canvas.pixels` ([width, height]).
   */
  constructor(title, { size } = {}) {
    const [input, output] = pipes();
    this.#out = output;
    // framecast is gone. The reader finds out, too.
    output.on("error", () => {});
    input.on("error", () => {});
    this.#lines = createInterface({ input, crlfDelay: Infinity });
    if (size) this.pixels = this.size = size;
    this.#write({ type: "hello", version: VERSION, title, fixed_size: size });
  }

  /** Events, with the fields that PIPE.md lists, until the canvas is closed. The last one is "close". */
  async *[Symbol.asyncIterator]() {
    for await (const line of this.#lines) {
      const event = JSON.parse(line);
      if (event.type === "hello") continue;
      if (event.type === "resize") {
        this.size = [event.width, event.height];
        this.pixels = [event.pwidth, event.pheight];
        this.ratio = event.ratio;
      }
      if (event.type === "draw") this.wanted = true;
      if (event.type === "close") this.closed = true;
      yield event;
    }
    this.closed = true;
    this.#out.end();
  }

  /**
   * Shows a frame: its pixels row by row, in one of the formats "rgba", "bgra" and "rgb". They must stay as they are
   * until the promise is kept: then the next frame may be drawn. `damage` lists rectangles [x, y, width, height], of a
   * frame of the same size as the one before: only they are sent, and nothing else may have changed.
   */
  async present(pixels, width, height, { format = "rgba", stride = width * BYTES[format], damage } = {}) {
    const each = BYTES[format];
    const line = { type: "frame", width, height, format };
    let data = [pixels.subarray(0, stride * (height - 1) + width * each)];
    if (damage) {
      line.damage = damage;
      data = damage.flatMap(([x, y, w, h]) =>
        Array.from({ length: h }, (_, n) => pixels.subarray((y + n) * stride + x * each).subarray(0, w * each)),
      );
    } else {
      line.stride = stride;
    }
    line.bytes = data.reduce((sum, piece) => sum + piece.length, 0);
    this.wanted = false;
    this.#out.cork();
    this.#write(line);
    for (const piece of data) this.#out.write(piece);
    // Also when framecast is gone.
    const written = new Promise((resolve) => this.#out.write("", resolve));
    this.#out.uncork();
    await written;
  }

  /** Sets the title. */
  title(title) {
    this.#write({ type: "title", title });
  }

  /** Sets the cursor, by its name in CSS. */
  cursor(cursor) {
    this.#write({ type: "cursor", cursor });
  }

  /** Puts text into the presenter's clipboard. */
  clipboard(text) {
    this.#write({ type: "clipboard", text });
  }

  /** Ends the show. Events come until "close". */
  close() {
    this.#write({ type: "close" });
  }

  #write(line) {
    this.#out.write(`${JSON.stringify(line)}\n`);
  }
}

/** Where frames go to standard output, what is printed goes to standard error from now on. */
function pipes() {
  const [input, output] = [process.env.FRAMECAST_IN ?? 0, process.env.FRAMECAST_OUT ?? 1].map(Number);
  const events = input === 0 ? process.stdin : new net.Socket({ fd: input, readable: true, writable: false });
  if (output !== 1) return [events, new net.Socket({ fd: output, readable: false, writable: true })];
  const { stdout, stderr, argv } = process;
  if (stdout.isTTY) {
    console.error(`This program draws through pipes. Run it with: framecast run -- node ${argv[1]}`);
    process.exit(1);
  }
  // `console.log` and others write to what is `process.stdout` by then.
  const frames = Object.create(stdout, { write: { value: stdout.write.bind(stdout) } });
  stdout.write = stderr.write.bind(stderr);
  return [events, frames];
}
