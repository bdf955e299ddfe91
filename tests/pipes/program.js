// Says all that a program can say, and prints what it is told.

import { pathToFileURL } from "node:url";

const { Canvas } = await import(pathToFileURL(process.argv[2]));
const canvas = new Canvas('a "title" ü\\', { size: [4, 2] });
const pixels = Uint8Array.from({ length: 40 }, (_, n) => n);
await canvas.present(pixels.subarray(0, 24), 4, 2, { format: "rgb" });
await canvas.present(pixels, 4, 2, { stride: 20 });
await canvas.present(pixels.subarray(0, 32), 4, 2, { format: "bgra", damage: [[1, 0, 2, 1], [3, 1, 1, 1]] });
canvas.title("b");
canvas.cursor("ew-resize");
canvas.clipboard("two\nlines\t\x01");
for await (const event of canvas) {
  console.log(JSON.stringify(event));
  if (event.type === "close") canvas.close();
}
console.log(JSON.stringify([canvas.size, canvas.pixels, canvas.ratio, canvas.closed, canvas.wanted]));
