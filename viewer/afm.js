import "./framecast-view.js";

/**
 * A running canvas in a notebook: an anywidget front-end module (https://anywidget.dev/en/afm/), for Jupyter, marimo
 * and other hosts of such widgets. The widget has a trait `src`, the canvas' address, and may have these:
 *
 * - `control`, `fit`, `wheel`, `stats`: as the attributes of `<framecast-view>`; `height`: a number of CSS pixels, or a CSS length;
 * - set from here: `state`, `presenter`, `link`, `caption`, and `size` (a dictionary, or none).
 *
 * @typedef {object} Model the part of the host's model that is used
 * @property {(name: string) => any} get `undefined`: there is no such trait
 * @property {(name: string, value: any) => void} set
 * @property {() => void} save_changes
 * @property {(name: string, run: () => void) => void} on
 * @property {(name: string, run: () => void) => void} off
 *
 * @typedef {object} Context
 * @property {Model} model
 * @property {HTMLElement} el where to show it
 * @property {AbortSignal} [signal] ends it; hosts that know no such thing call what `render` returns
 */

/** CSS pixels, where there is no trait that says it. */
const HEIGHT = 400;
const ATTRIBUTES = /** @type {const} */ (["src", "control", "fit", "wheel"]);

/**
 * @param {Context} context
 * @returns {() => void} ends it
 */
function render({ model, el, signal }) {
  const view = /** @type {import("./framecast-view.js").default} */ (el.ownerDocument.createElement("framecast-view"));
  // JupyterLab takes keys before elements see them, unless one says so.
  view.setAttribute("data-lm-suppress-shortcuts", "");
  const apply = {
    ...Object.fromEntries(ATTRIBUTES.map((name) => [name, () => attribute(view, name, model.get(name))])),
    stats: () => view.toggleAttribute("stats", Boolean(model.get("stats"))),
    height: () => (view.style.height = length(model.get("height") ?? HEIGHT)),
  };
  const tell = () => {
    const { state, presenter, link, caption, size } = view;
    let news = false;
    for (const [name, value] of Object.entries({ state, presenter, link, caption, size })) {
      const known = model.get(name);
      // A widget without that trait does not want to know.
      if (known === undefined || JSON.stringify(known) === JSON.stringify(value)) continue;
      model.set(name, value);
      news = true;
    }
    if (news) model.save_changes();
  };
  for (const [name, run] of Object.entries(apply)) {
    run();
    model.on(`change:${name}`, run);
  }
  const events = ["framecast-state", "framecast-role", "framecast-title", "framecast-resize"];
  for (const type of events) view.addEventListener(type, tell);
  el.append(view);

  let ended = false;
  const end = () => {
    if (ended) return;
    ended = true;
    for (const [name, run] of Object.entries(apply)) model.off(`change:${name}`, run);
    for (const type of events) view.removeEventListener(type, tell);
    view.remove();
  };
  if (signal?.aborted) end();
  else signal?.addEventListener("abort", end, { once: true });
  return end;
}

/**
 * @param {Element} view
 * @param {string} name
 * @param {unknown} value
 */
function attribute(view, name, value) {
  if (typeof value === "string" && value !== "") view.setAttribute(name, value);
  else view.removeAttribute(name);
}

/**
 * @param {unknown} value
 * @returns {string} a CSS length
 */
function length(value) {
  return typeof value === "number" ? `${value}px` : String(value);
}

export default { render };
