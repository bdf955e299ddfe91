// Input that comes from the X server, as from hardware: unlike what a browser is told to make up, it has the units
// and the order that people's input has, and goes through the browser's own shortcuts and menus.

import { until, xdotool } from "./harness.js";

/**
 * The pointer, the wheel and the keys of `display` over `page`, whose window must be in front. Positions are CSS
 * pixels of the page.
 */
export async function hand(display, page) {
  await page.evaluate(() => {
    const note = ({ clientX, clientY, screenX }) => {
      window.pointerSeen = { x: clientX, y: clientY, moved: (window.pointerSeen?.moved ?? 0) + 1, screenX };
    };
    addEventListener("mousemove", note, { capture: true });
  });
  const seen = async () => await page.evaluate(() => window.pointerSeen ?? { moved: 0 });
  const moveTo = async (x, y) => {
    const { moved } = await seen();
    let beside = 0;
    return await until("the page sees the pointer", async () => {
      // A window that was just mapped misses moves; the same place twice is no move.
      xdotool(display, "mousemove", x + (beside = 1 - beside), y, "mousemove", x, y);
      const now = await seen();
      return now.moved > moved && now;
    });
  };
  // Two places tell where the page is on the screen, and how large its CSS pixels are there.
  const [near, far] = [{ x: 300, y: 300 }, { x: 400, y: 400 }];
  const [first, second] = [await moveTo(near.x, near.y), await moveTo(far.x, far.y)];
  const zoom = (far.x - near.x) / (second.x - first.x);
  const onScreen = (x, y) => [Math.round(near.x + (x - first.x) * zoom), Math.round(near.y + (y - first.y) * zoom)];
  return {
    zoom,
    move: (x, y) => void xdotool(display, "mousemove", ...onScreen(x, y)),
    /** X's numbers: 1 left, 2 middle, 3 right; 4 to 7 the wheel up, down, left, right. */
    click: (button) => void xdotool(display, "click", button),
    down: (button) => void xdotool(display, "mousedown", button),
    up: (button) => void xdotool(display, "mouseup", button),
    /** With X's names, as in "shift+Tab". */
    key: (...names) => void xdotool(display, "key", ...names),
    keyDown: (name) => void xdotool(display, "keydown", name),
    keyUp: (name) => void xdotool(display, "keyup", name),
  };
}
