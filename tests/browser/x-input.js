// Input that comes from the X server, as from hardware: unlike what a browser is told to make up, it has the units
// and the order that people's input has, and goes through the browser's own shortcuts and menus.

import { until, xdotool } from "./harness.js";

/**
 * The pointer, the wheel and the keys of `display` over `page`, whose window must be in front. Positions are CSS
 * pixels of the page.
 */
export async function hand(display, page) {
  await page.evaluate(() => {
    const note = ({ clientX, clientY }) => window.moves.push({ x: clientX, y: clientY });
    window.moves ??= (addEventListener("mousemove", note, { capture: true }), []);
  });
  /** Where the page sees the pointer at that place of the screen; `null`: it does not, as just after it was mapped. */
  const look = async (x, y) => {
    await page.evaluate(() => void (window.moves.length = 0));
    xdotool(display, "mousemove", x, y);
    for (let tries = 0; tries < 50; tries += 1) {
      const last = await page.evaluate(() => window.moves.at(-1));
      if (last) return last;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return null;
  };
  // Two places tell where the page is on the screen and how large its CSS pixels are there; a third one proves it.
  const [near, far, proof] = [{ x: 300, y: 300 }, { x: 500, y: 500 }, { x: 400, y: 350 }];
  const { zoom, onScreen } = await until("the pointer moves over the page as expected", async () => {
    const [first, second] = [await look(near.x, near.y), await look(far.x, far.y)];
    if (!first || !second || first.x === second.x) return null;
    const zoom = (far.x - near.x) / (second.x - first.x);
    const onScreen = (x, y) => [Math.round(near.x + (x - first.x) * zoom), Math.round(near.y + (y - first.y) * zoom)];
    const third = await look(proof.x, proof.y);
    const [x, y] = third ? onScreen(third.x, third.y) : [NaN, NaN];
    // The page sees whole CSS pixels, which are not whole pixels of the screen where it is zoomed.
    const off = zoom === 1 ? 0 : 2 * zoom;
    return Math.abs(x - proof.x) <= off && Math.abs(y - proof.y) <= off && { zoom, onScreen };
  });
  return {
    zoom,
    move: (x, y) => void xdotool(display, "mousemove", ...onScreen(x, y)),
    /** X's numbers: 1 left, 2 middle, 3 right; 4 to 7 the wheel up, down, left, right. */
    click: (button) => void xdotool(display, "click", button),
    /** In one command: two may be further apart than a double click. */
    doubleClick: (button) => void xdotool(display, "click", "--repeat", 2, "--delay", 50, button),
    down: (button) => void xdotool(display, "mousedown", button),
    up: (button) => void xdotool(display, "mouseup", button),
    /** With X's names, as in "shift+Tab". */
    key: (...names) => void xdotool(display, "key", ...names),
    keyDown: (name) => void xdotool(display, "keydown", name),
    keyUp: (name) => void xdotool(display, "keyup", name),
  };
}
