/**
 * The view inside of a `<framecast-view>`, for our own page and for tests.
 *
 * @type {WeakMap<Element, import("./view.js").default>}
 */
export default new WeakMap();
