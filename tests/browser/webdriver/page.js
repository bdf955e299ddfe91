// A page of a browser that speaks WebDriver, with the part of playwright's interface that the tests use, so that
// one test runs in every browser. A driver (firefox.js and the one of tests/cross) does what differs:
//
//   navigate(url)      returns when the page was loaded
//   call(source, json) calls the function `source` in the page with the arguments `json`; its result as JSON
//   perform(sources)   input, as lists of actions (https://w3c.github.io/webdriver/#actions)
//   capture()          a PNG of what the page shows
//   resize(size)       width, height and ratio of the page
//   close()

import { writeFileSync } from "node:fs";

const BUTTONS = { left: 0, middle: 1, right: 2 };

/** Names of keys as WebDriver's code points; others are the character itself. */
const KEYS = {
  Backspace: "\ue003",
  Tab: "\ue004",
  Enter: "\ue007",
  Shift: "\ue008",
  Control: "\ue009",
  Alt: "\ue00a",
  Escape: "\ue00c",
  ArrowLeft: "\ue012",
  ArrowUp: "\ue013",
  ArrowRight: "\ue014",
  ArrowDown: "\ue015",
  Delete: "\ue017",
  F6: "\ue036",
};

export class Page {
  /** Errors that the page threw or logged, where the browser tells them. */
  problems = [];
  #driver;
  #at = { x: 0, y: 0 };

  constructor(driver) {
    this.#driver = driver;
  }

  mouse = {
    move: async (x, y, { steps = 1 } = {}) => {
      const from = this.#at;
      const moves = Array.from({ length: steps }, (_, step) => {
        const part = (step + 1) / steps;
        return this.#move(from.x + (x - from.x) * part, from.y + (y - from.y) * part);
      });
      this.#at = { x, y };
      await this.#pointer(moves);
    },
    down: async ({ button = "left" } = {}) => {
      await this.#pointer([{ type: "pointerDown", button: BUTTONS[button] }]);
    },
    up: async ({ button = "left" } = {}) => {
      await this.#pointer([{ type: "pointerUp", button: BUTTONS[button] }]);
    },
    click: async (x, y, { button = "left", count = 1 } = {}) => {
      this.#at = { x, y };
      const press = ["pointerDown", "pointerUp"].map((type) => ({ type, button: BUTTONS[button] }));
      await this.#pointer([this.#move(x, y), ...Array.from({ length: count }, () => press).flat()]);
    },
    dblclick: async (x, y) => await this.mouse.click(x, y, { count: 2 }),
    /** Always in pixels, unlike a real wheel; see `hand`. */
    wheel: async (deltaX, deltaY) => {
      const scroll = { type: "scroll", ...this.#at, deltaX, deltaY, duration: 0, origin: "viewport" };
      await this.#driver.perform([{ type: "wheel", id: "wheel", actions: [scroll] }]);
    },
  };

  keyboard = {
    down: async (key) => await this.#keys([["keyDown", key]]),
    up: async (key) => await this.#keys([["keyUp", key]]),
    press: async (key) => await this.#keys([["keyDown", key], ["keyUp", key]]),
  };

  async goto(url) {
    await this.#driver.navigate(url);
  }

  /** Calls a function in the page, which sees nothing of what is around it here. */
  async evaluate(what, argument) {
    const source = `async (json) => JSON.stringify({ value: await (${what})(JSON.parse(json).argument) })`;
    return JSON.parse(await this.#driver.call(source, JSON.stringify({ argument }))).value;
  }

  async title() {
    return await this.evaluate(() => document.title);
  }

  async screenshot({ path } = {}) {
    const png = await this.#driver.capture();
    if (path) writeFileSync(path, png);
    return png;
  }

  async setViewportSize(size) {
    await this.#driver.resize(size);
  }

  async close() {
    await this.#driver.close();
  }

  #move(x, y) {
    return { type: "pointerMove", x: Math.round(x), y: Math.round(y), duration: 0, origin: "viewport" };
  }

  async #pointer(actions) {
    await this.#driver.perform([{ type: "pointer", id: "mouse", parameters: { pointerType: "mouse" }, actions }]);
  }

  async #keys(keys) {
    const actions = keys.map(([type, key]) => ({ type, value: KEYS[key] ?? key }));
    await this.#driver.perform([{ type: "key", id: "keyboard", actions }]);
  }
}
