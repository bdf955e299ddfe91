/**
 * What a node of the accessibility tree is in the page: the element, its role of ARIA, and where its name goes. Pure.
 *
 * @typedef {object} Role
 * @property {string} role of ARIA; "": none
 * @property {"div" | "input" | "textarea"} tag what a screen reader sets a value of is a native element
 * @property {string} type of an `input`
 * @property {boolean} text its name is its content, not a label: it is read, and read letter by letter
 */

/** @param {string} role @returns {Role} */
const aria = (role) => ({ role, tag: "div", type: "", text: false });
/** @param {string} role @returns {Role} */
const text = (role) => ({ ...aria(role), text: true });
/** @param {string} type @returns {Role} */
const input = (type) => ({ role: "", tag: "input", type, text: false });

/** By the names of the protocol. @type {ReadonlyMap<string, Role>} */
const roles = new Map([
  ["group", aria("group")],
  ["window", aria("group")],
  ["label", text("")],
  ["paragraph", text("paragraph")],
  ["heading", text("heading")],
  ["button", aria("button")],
  ["link", aria("link")],
  ["check_box", aria("checkbox")],
  ["radio_button", aria("radio")],
  ["radio_group", aria("radiogroup")],
  ["switch", aria("switch")],
  ["slider", input("range")],
  ["spin_button", input("number")],
  ["progress_bar", aria("progressbar")],
  ["meter", aria("meter")],
  ["text_field", input("text")],
  ["multiline_text_field", { role: "", tag: "textarea", type: "", text: false }],
  // No `password`: a browser would fill in what it keeps for this page, and the application would get it.
  ["password_field", input("text")],
  ["search_field", input("search")],
  ["combo_box", aria("combobox")],
  ["list", aria("list")],
  ["list_item", text("listitem")],
  ["list_box", aria("listbox")],
  ["list_box_option", text("option")],
  ["menu_bar", aria("menubar")],
  ["menu", aria("menu")],
  ["menu_item", aria("menuitem")],
  ["menu_item_check_box", aria("menuitemcheckbox")],
  ["menu_item_radio", aria("menuitemradio")],
  ["tab_list", aria("tablist")],
  ["tab", aria("tab")],
  ["tab_panel", aria("tabpanel")],
  ["table", aria("table")],
  ["row", aria("row")],
  ["cell", text("cell")],
  ["column_header", text("columnheader")],
  ["row_header", text("rowheader")],
  ["tree", aria("tree")],
  ["tree_item", aria("treeitem")],
  ["image", aria("img")],
  ["canvas", aria("img")],
  ["scroll_area", aria("group")],
  ["scroll_bar", aria("scrollbar")],
  ["toolbar", aria("toolbar")],
  ["dialog", aria("dialog")],
  ["alert_dialog", aria("alertdialog")],
  ["tooltip", text("tooltip")],
  ["status", text("status")],
  ["alert", text("alert")],
  ["separator", aria("separator")],
]);

export default roles;
