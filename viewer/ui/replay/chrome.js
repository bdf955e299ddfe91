import keys from "./keys.js";
import maker from "../make.js";
import words from "./words.js";

/** Drawn in 16 × 16, by strokes; the filled ones by their class. */
const ICONS = {
  play: ["M4.75 3.1v9.8a.5.5 0 0 0 .76.43l7.9-4.9a.5.5 0 0 0 0-.86l-7.9-4.9a.5.5 0 0 0-.76.43z"],
  pause: ["M4.25 3.25h2.25v9.5H4.25z", "M9.5 3.25h2.25v9.5H9.5z"],
  fullscreen: ["M2.5 6V4A1.5 1.5 0 0 1 4 2.5h2M10 2.5h2A1.5 1.5 0 0 1 13.5 4v2M13.5 10v2a1.5 1.5 0 0 1-1.5 1.5h-2M6 13.5H4A1.5 1.5 0 0 1 2.5 12v-2"],
};
/** Of the strip, in units of its own. */
const STRIP = "0 0 1 1";
const SVG = "http://www.w3.org/2000/svg";

/**
 * The elements around a recording. What they show, controls.js and its neighbours write.
 *
 * @param {Document} page
 * @returns {Node[]} what goes into the shadow root
 */
export default function chrome(page) {
  const { make, icon, tool } = maker(page);
  const hidden = { hidden: "" };
  /** @param {string} part */
  const strip = (part) => {
    const drawing = page.createElementNS(SVG, "svg");
    for (const [name, value] of Object.entries({ class: `strip ${part}`, viewBox: STRIP, preserveAspectRatio: "none", "aria-hidden": "true" })) drawing.setAttribute(name, value);
    drawing.append(page.createElementNS(SVG, "path"));
    return drawing;
  };
  const play = tool("play", ICONS.play, "Play", { "aria-keyshortcuts": "Space", "data-playing": "false" });
  const pause = icon(ICONS.pause);
  pause.classList.add("pause");
  play.append(pause);
  return [
    make("div", { id: "shape" }),
    // A click gives it the keys; for the Tab key there are the controls.
    make("div", { id: "view", part: "view", tabindex: "-1" }),
    make("p", { id: "heading", part: "heading", ...hidden }, make("span", { id: "heading-title" }), make("span", { id: "heading-detail" })),
    make("button", { id: "begin", part: "begin", type: "button", "aria-label": "Play", tabindex: "-1", ...hidden }, icon(ICONS.play)),
    make(
      "div",
      { id: "controls", part: "controls", role: "group", "aria-label": "Playback", ...hidden },
      play,
      make(
        "div",
        { id: "timeline", part: "timeline", role: "slider", tabindex: "0", "aria-label": "Time", "aria-orientation": "horizontal", "aria-valuemin": "0", "aria-valuemax": "0", "aria-valuenow": "0" },
        make("div", { class: "rail" }, strip("all"), strip("played"), make("span", { class: "line" }), make("span", { class: "knob" })),
        make("div", { id: "preview", ...hidden }, make("canvas", { "aria-hidden": "true" }), make("span", {})),
      ),
      make("span", { id: "time" }, make("span", { id: "time-now" }, words.time(0)), make("span", { id: "time-all" })),
      make("button", { id: "speed", type: "button", "aria-haspopup": "true", "aria-expanded": "false", "aria-controls": "speeds" }, words.rate(1)),
      tool("fullscreen", ICONS.fullscreen, "Full screen", { "aria-pressed": "false" }),
    ),
    make(
      "div",
      { id: "speeds", part: "panel speeds", role: "menu", "aria-label": "Speed", ...hidden },
      ...[...keys.RATES].reverse().map((rate) => make("button", { type: "button", role: "menuitemradio", "data-rate": String(rate), "aria-checked": String(rate === 1), tabindex: "-1" }, words.rate(rate))),
    ),
    make(
      "section",
      { id: "notice", part: "notice", class: "busy", "aria-label": "Recording", ...hidden },
      make("span", { class: "pulse", "aria-hidden": "true" }),
      make("div", {}, make("p", { id: "notice-title" }), make("p", { id: "notice-detail" })),
      make("button", { id: "retry", type: "button", ...hidden }, "Try now"),
    ),
    make("p", { id: "announcement", role: "status", "aria-live": "polite" }),
  ];
}
