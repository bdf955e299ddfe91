import roles from "./roles.js";

/**
 * The messages about the accessibility tree (see PROTOCOL.md). Pure.
 *
 * @typedef {"click" | "focus" | "increment" | "decrement" | "set_value" | "expand" | "collapse" | "scroll_into_view"} Action
 *
 * @typedef {object} TreeNode
 * @property {number} id
 * @property {string} role one of those in roles.js
 * @property {string} name
 * @property {string} description
 * @property {string} value
 * @property {string} placeholder
 * @property {{value: number, min: number | null, max: number | null, step: number | null} | null} range
 * @property {"false" | "true" | "mixed" | null} toggled `null`: it cannot be, as for the next three
 * @property {boolean | null} expanded
 * @property {boolean | null} selected
 * @property {number | null} level
 * @property {boolean} disabled
 * @property {boolean} readOnly
 * @property {boolean} modal
 * @property {"off" | "polite" | "assertive"} live
 * @property {[number, number, number, number] | null} bounds x, y, width, height in logical pixels of the canvas
 * @property {number[]} children
 * @property {Action[]} actions
 *
 * @typedef {object} TreeUpdate
 * @property {"accessibility"} type
 * @property {number} number to acknowledge
 * @property {number | null} root `null`: there is no tree
 * @property {number | null} focus
 * @property {TreeNode[]} nodes that are new or changed
 */

/** The most nodes of a tree: `Tree::MAX_NODES`. */
const MAX_NODES = 4096;
/** The longest text, in UTF-16 units; `Tree::MAX_TEXT` is as many bytes. */
const MAX_TEXT = 4096;
/** The deepest level that a browser says anything about. */
const MAX_LEVEL = 1000;
const ACTIONS = /** @type {const} */ (["click", "focus", "increment", "decrement", "set_value", "expand", "collapse", "scroll_into_view"]);

/**
 * @param {Record<string, unknown>} fields
 * @returns {TreeUpdate | null}
 */
function parse({ number, root, focus, nodes }) {
  if (!isId(number) || !Array.isArray(nodes)) return null;
  if ((root !== null && !isId(root)) || (focus !== null && !isId(focus))) return null;
  const read = nodes.slice(0, MAX_NODES).map(node);
  return read.every((one) => one !== null) ? { type: "accessibility", number, root, focus, nodes: read } : null;
}

/**
 * @param {unknown} value
 * @returns {TreeNode | null}
 */
function node(value) {
  if (typeof value !== "object" || value === null) return null;
  const fields = /** @type {Record<string, unknown>} */ (value);
  const { id, role, range, toggled, expanded, selected, level, live, bounds, children, actions } = fields;
  if (!isId(id)) return null;
  const text = (/** @type {unknown} */ it) => (typeof it === "string" ? it.slice(0, MAX_TEXT) : "");
  const either = (/** @type {unknown} */ it) => (typeof it === "boolean" ? it : null);
  return {
    id,
    role: typeof role === "string" && roles.has(role) ? role : "group",
    name: text(fields.name),
    description: text(fields.description),
    value: text(fields.value),
    placeholder: text(fields.placeholder),
    range: readRange(range),
    toggled: toggled === "false" || toggled === "true" || toggled === "mixed" ? toggled : null,
    expanded: either(expanded),
    selected: either(selected),
    level: isId(level) && level > 0 && level <= MAX_LEVEL ? level : null,
    disabled: fields.disabled === true,
    readOnly: fields.read_only === true,
    modal: fields.modal === true,
    live: live === "polite" || live === "assertive" ? live : "off",
    bounds: readBounds(bounds),
    children: Array.isArray(children) ? children.slice(0, MAX_NODES).filter(isId) : [],
    actions: Array.isArray(actions) ? ACTIONS.filter((action) => actions.includes(action)) : [],
  };
}

/** @param {unknown} value @returns {TreeNode["range"]} */
function readRange(value) {
  if (typeof value !== "object" || value === null) return null;
  const { value: now, min = null, max = null, step = null } = /** @type {Record<string, unknown>} */ (value);
  const known = (/** @type {unknown} */ it) => (isNumber(it) ? it : null);
  return isNumber(now) ? { value: now, min: known(min), max: known(max), step: known(step) } : null;
}

/** @param {unknown} value @returns {TreeNode["bounds"]} */
function readBounds(value) {
  if (!Array.isArray(value) || value.length !== 4 || !value.every(isNumber)) return null;
  const [x, y, width, height] = /** @type {[number, number, number, number]} */ (value);
  return width < 0 || height < 0 ? null : [x, y, width, height];
}

/** @param {unknown} value @returns {value is number} */
function isNumber(value) {
  return typeof value === "number" && Number.isFinite(value);
}

/** @param {unknown} value @returns {value is number} */
function isId(value) {
  return Number.isSafeInteger(value) && /** @type {number} */ (value) >= 0;
}

/** @param {boolean} wanted */
const want = (wanted) => ({ type: "accessibility", wanted });
/** @param {number} number of an update that was taken */
const ack = (number) => ({ type: "accessibility_ack", number });
/**
 * @param {number} id of a node
 * @param {Action} action
 * @param {string | number} [value]
 */
const act = (id, action, value) => ({ type: "accessibility_action", node: id, action, ...(value === undefined ? {} : { value }) });

export default Object.freeze({ parse, want, ack, act, MAX_NODES });
