import roles from "./roles.js";

/**
 * What a node of the accessibility tree says in attributes of its element, and what is meant by what a screen reader
 * does with it. Pure.
 *
 * @typedef {import("./message.js").TreeNode} TreeNode
 * @typedef {import("./message.js").Action} Action
 * @typedef {import("./roles.js").Role} Role
 */

/** A slider that nobody knows the ends of goes so far either way. */
const ENDLESS = 1_000_000;
/** The longest text to set, in bytes of JSON: `EventKind::MAX_TEXT`. */
const MAX_VALUE = 16 * 1024;

/** @param {TreeNode} node @returns {Role} */
function roleOf(node) {
  return /** @type {Role} */ (roles.get(node.role));
}

/** Whether something can be done with a node. @param {TreeNode} node @param {boolean} presenter */
function isActive({ disabled, actions }, presenter) {
  return presenter && !disabled && actions.length > 0;
}

/**
 * @param {TreeNode} node
 * @param {boolean} presenter whether what is done here reaches the application
 * @returns {Record<string, string | null>} `null`: it has no such attribute
 */
function attributes(node, presenter) {
  const { role, tag, type, text } = roleOf(node);
  const { name, description, value, placeholder, range, toggled, actions } = node;
  const number = (/** @type {number | null | undefined} */ it) => (it === null || it === undefined ? null : String(it));
  const flag = (/** @type {boolean | null} */ it) => (it === null ? null : String(it));
  const isNative = tag !== "div";
  const isNumeric = type === "range" || type === "number";
  // For who only watches, nothing can be done.
  const disabled = node.disabled || (actions.length > 0 && !presenter);
  const fixed = node.readOnly || !actions.includes("set_value") || disabled;
  const canStep = actions.includes("increment") || actions.includes("decrement");
  return {
    // A group without a name says nothing.
    role: role === "group" && !name && !description ? null : role || null,
    "aria-label": text ? null : name || null,
    "aria-roledescription": node.role === "password_field" ? "password" : null,
    "aria-description": description || null,
    "aria-checked": node.role === "button" ? null : toggled,
    "aria-pressed": node.role === "button" ? toggled : null,
    // A combo box always has it.
    "aria-expanded": flag(node.role === "combo_box" ? node.expanded ?? false : node.expanded),
    "aria-selected": flag(node.selected),
    "aria-level": number(node.level),
    "aria-disabled": disabled ? "true" : null,
    "aria-readonly": node.readOnly && !isNative ? "true" : null,
    "aria-modal": node.modal ? "true" : null,
    "aria-live": node.live === "off" ? null : node.live,
    "aria-valuetext": (range || isNumeric) && value ? value : null,
    ...(isNative
      ? {
          type: type || null,
          autocomplete: "off",
          placeholder: placeholder || null,
          readonly: fixed && type !== "range" ? "" : null,
          disabled: type === "range" && (disabled || (fixed && !canStep)) ? "" : null,
          min: isNumeric ? (number(range?.min) ?? (type === "range" ? String(Math.min(-ENDLESS, range?.value ?? 0)) : null)) : null,
          max: isNumeric ? (number(range?.max) ?? (type === "range" ? String(Math.max(ENDLESS, range?.value ?? 0)) : null)) : null,
          step: isNumeric ? (range?.step ? String(Math.abs(range.step)) : "any") : null,
        }
      : {
          "aria-placeholder": placeholder || null,
          "aria-valuenow": number(range?.value),
          "aria-valuemin": number(range?.min),
          "aria-valuemax": number(range?.max),
        }),
    // In reach of screen readers, and not of the Tab key, which is the application's.
    tabindex: isNative || (isActive(node, presenter) && actions.includes("focus")) ? "-1" : null,
  };
}

/** What is read as its content; "": nothing. @param {TreeNode} node */
function content(node) {
  const { tag, text } = roleOf(node);
  if (text) return node.name || node.value;
  return tag === "div" && !node.range ? node.value : "";
}

/** What is in a native element; `null`: it has nothing to set. @param {TreeNode} node */
function value(node) {
  const { tag, type } = roleOf(node);
  if (tag === "div") return null;
  if (type === "range" || type === "number") return String(node.range?.value ?? "");
  // Whatever there may be of it is nobody's affair.
  return node.role === "password_field" ? "" : node.value;
}

/**
 * What a click asks for; `null`: nothing.
 *
 * @param {TreeNode} node
 * @returns {Action | null}
 */
function click({ actions, expanded }) {
  if (actions.includes("click")) return "click";
  if (expanded === false && actions.includes("expand")) return "expand";
  if (expanded === true && actions.includes("collapse")) return "collapse";
  return actions.includes("focus") ? "focus" : null;
}

/**
 * What it asks for that a screen reader gives the focus; `null`: nothing.
 *
 * @param {TreeNode} node
 * @returns {Action | null}
 */
function focus({ actions }) {
  return actions.includes("focus") ? "focus" : actions.includes("scroll_into_view") ? "scroll_into_view" : null;
}

/**
 * What it asks for that a native element has another value.
 *
 * @param {TreeNode} node
 * @param {string} text the value
 * @returns {{action: Action, value?: string | number} | null}
 */
function change(node, text) {
  const { type } = roleOf(node);
  if (type !== "range" && type !== "number") {
    const fits = new TextEncoder().encode(JSON.stringify(text)).length <= MAX_VALUE;
    return fits && node.actions.includes("set_value") ? { action: "set_value", value: text } : null;
  }
  const number = Number(text);
  if (text === "" || !Number.isFinite(number)) return null;
  if (node.actions.includes("set_value")) return { action: "set_value", value: number };
  const action = number > (node.range?.value ?? 0) ? "increment" : "decrement";
  return node.actions.includes(action) ? { action } : null;
}

export default Object.freeze({ roleOf, isActive, attributes, content, value, click, focus, change });
