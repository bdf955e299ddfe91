/// <reference path="./global.d.ts" />
declare namespace _default {
    export { render };
}
export default _default;
/**
 * the part of the host's model that is used
 */
export type Model = {
    /**
     * `undefined`: there is no such trait
     */
    get: (name: string) => any;
    set: (name: string, value: any) => void;
    save_changes: () => void;
    on: (name: string, run: () => void) => void;
    off: (name: string, run: () => void) => void;
};
/**
 * A running canvas in a notebook: an anywidget front-end module (https://anywidget.dev/en/afm/), for Jupyter, marimo
 * and other hosts of such widgets. The widget has a trait `src`, the canvas' address, and may have these:
 *
 * - `control`, `fit`, `wheel`, `stats`: as the attributes of `<framecast-view>`; `height`: a number of CSS pixels, or a CSS length;
 * - set from here: `state`, `presenter`, `link`, `caption`, and `size` (a dictionary, or none).
 */
export type Context = {
    model: Model;
    /**
     * where to show it
     */
    el: HTMLElement;
    /**
     * ends it; hosts that know no such thing call what `render` returns
     */
    signal?: AbortSignal | undefined;
};
/**
 * @param {Context} context
 * @returns {() => void} ends it
 */
declare function render({ model, el, signal }: Context): () => void;
