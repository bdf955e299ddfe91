// How long a picture takes to answer, measured in the page: from an event to the first moment, after an animation frame, at
// which the page's canvas shows the answer.

/**
 * What is done in turn, and where the answer is seen: a channel of this pixel of the canvas is above half or below it,
 * another way round with each turn. `then` follows the answer and is not measured.
 *
 * @typedef {{type: string, then?: string, at: [number, number]}} Turn `at`: CSS pixels from the canvas' corner
 * @typedef {{turns: Turn[], pixel: [number, number], channel: number}} Plan
 */

/**
 * @param {import("playwright-core").Page} page
 * @param {number} samples
 * @param {Plan} plan
 * @returns {Promise<number[]>} milliseconds, growing
 */
export async function answers(page, samples, plan) {
  const took = await page.evaluate(
    async ([samples, { turns, pixel, channel }]) => {
      const canvas = document.querySelector("#view").shadowRoot.querySelector("canvas");
      const probe = document.createElement("canvas");
      probe.width = probe.height = 1;
      const context = probe.getContext("2d", { willReadFrequently: true });
      const bright = () => {
        context.drawImage(canvas, ...pixel, 1, 1, 0, 0, 1, 1);
        return context.getImageData(0, 0, 1, 1).data[channel] > 127;
      };
      const port = new MessageChannel();
      // After all that is done in an animation frame, as it is shown.
      const frame = () =>
        new Promise((resolve) =>
          requestAnimationFrame(() => {
            port.port1.onmessage = resolve;
            port.port2.postMessage(null);
          }),
        );
      const send = (type, [x, y]) => {
        const { left, top } = canvas.getBoundingClientRect();
        const place = { clientX: left + x, clientY: top + y };
        // A move changes no button.
        const [button, buttons] = [type === "pointermove" ? -1 : 0, type === "pointerup" ? 0 : 1];
        const what = { pointerId: 1, pointerType: "mouse", button, buttons };
        canvas.dispatchEvent(new PointerEvent(type, { bubbles: true, cancelable: true, ...place, ...what }));
      };
      const took = [];
      while (took.length < samples) {
        const { type, then, at } = turns[took.length % turns.length];
        // At any moment between two frames.
        await new Promise((resolve) => setTimeout(resolve, 60 + Math.random() * 60));
        const before = bright();
        const from = performance.now();
        send(type, at);
        do await frame();
        while (bright() === before && performance.now() - from < 5000);
        took.push(performance.now() - from);
        if (then) send(then, at);
      }
      return took;
    },
    [samples, plan],
  );
  return took.sort((a, b) => a - b);
}

/**
 * @param {number[]} took as `answers` gives it
 * @param {number} share 0.5: the median
 */
export const percentile = (took, share) => `${took[Math.floor((took.length - 1) * share)].toFixed(1)} ms`;
