/// <reference path="./global.d.ts" />
/**
 * `<framecast-view src="http://127.0.0.1:60649/#token=…">`: an application's canvas, live; or `<framecast-view
 * src="talk.fcast">`: a recording of one, from any web server. Importing this module registers it.
 *
 * Attributes: `src`, the canvas' address, or several with white space between them, where the same canvas is served: when one server
 * does not answer, the next is tried; or a recording's, whose path ends in ".fcast"; `type`, "recording" if it does not;
 * `autoplay` and `loop`, for recordings; `control`, "auto" (drives when the server lets it), "request" (also asks for
 * it) or "none" (only watches, whatever the link allows); `fit`, "contain", "cover", "none" (pixel by pixel) or "resize"
 * (the application draws at this element's size while it is driven from here); `stats`, with the status in the corner;
 * `autofocus`, takes the keyboard when it drives and nothing else on the page has it; `wheel`, "focus" (the page scrolls until
 * somebody clicks into the picture) or "always" (the wheel is the application's whenever it is over the picture);
 * `accessibility`, "off" if screen readers are not to be told what the picture shows.
 *
 * Events, all of which bubble: `framecast-state`, `framecast-role`, `framecast-resize`, `framecast-title`, and
 * `framecast-clipboard` and `framecast-open`, which can be cancelled: then the page deals with the text or the address.
 * A recording also has those of media elements, which do not bubble: `loadedmetadata`, `durationchange`, `loadeddata`, `play`,
 * `playing`, `pause`, `waiting`, `seeking`, `seeked`, `timeupdate`, `ratechange`, `ended`, `error`.
 *
 * The element says what goes on in attributes of its own, for styles and tests: `data-state`, `data-role`
 * ("presenter", "observer"), `data-exact` and more (marks.js has the list).
 */
export default class FramecastView extends HTMLElement {
    static observedAttributes: string[];
    set src(value: string);
    /** The canvas' addresses, as in the attribute. */
    get src(): string;
    set token(value: string | null);
    /**
     * The secret of the link, for where it does not stand in a fragment in `src`. It is sent to wherever `src` leads.
     *
     * @returns {string | null}
     */
    get token(): string | null;
    set control(value: "auto" | "request" | "none");
    /** @returns {"auto" | "request" | "none"} */
    get control(): "auto" | "request" | "none";
    set fit(value: "contain" | "cover" | "none" | "resize");
    /** @returns {"contain" | "cover" | "none" | "resize"} */
    get fit(): "contain" | "cover" | "none" | "resize";
    set wheel(value: "focus" | "always");
    /** When the wheel is the application's, and not the page's. @returns {"focus" | "always"} */
    get wheel(): "focus" | "always";
    set accessibility(value: "on" | "off");
    /** Whether screen readers are told what the picture shows, where the application says it. @returns {"on" | "off"} */
    get accessibility(): "on" | "off";
    set stats(value: boolean);
    /** Whether there is a status in the corner. */
    get stats(): boolean;
    /** @returns {State} */
    get state(): State;
    /** Whether what is done here reaches the application. */
    get presenter(): boolean;
    /** What the link allows. @returns {"drive" | "watch"} */
    get link(): "drive" | "watch";
    /** The picture's size; `null`: there is none. @returns {Size | null} */
    get size(): Size | null;
    /** Whether all that is shown are exactly the application's pixels; never where the browser changes what is read from a canvas. */
    get exact(): boolean;
    /** The application's own title; plain text from a stranger. (`title` is the element's tooltip.) */
    get caption(): string;
    set currentTime(seconds: number);
    /** The time in a recording, in seconds; what it is set to is shown. */
    get currentTime(): number;
    /** Of a recording, in seconds; NaN: not known yet, or it is live. */
    get duration(): number;
    /** Whether a recording does not play. */
    get paused(): boolean;
    /** Whether a recording played to its end. */
    get ended(): boolean;
    /** Whether a recording is about to show another time. */
    get seeking(): boolean;
    set playbackRate(rate: number);
    /** How fast a recording plays: 0.25 to 16. */
    get playbackRate(): number;
    /** Plays a recording, as soon as it is there. */
    play(): void;
    /** Stops a recording where it is. */
    pause(): void;
    /** @returns {Figures} */
    get figures(): Figures;
    /** Connects, at once. By itself the element does so when it is in a page and has an address. */
    connect(): void;
    /** Disconnects, until `connect` or another address. What is shown stays, without color. */
    disconnect(): void;
    /** Asks for control, as far as the link and the policy of the server allow it. */
    requestControl(): void;
    /** Gives control up, or waits for it no longer. */
    releaseControl(): void;
    /**
     * A PNG of what is shown, in the picture's own pixels. In the same task, `exact` says whether they are exactly the
     * application's; while it moves they need not be. Where the browser changes what is read from a canvas (Tor Browser,
     * LibreWolf), it is the server's own picture of the newest frame, which a page of another origin cannot load.
     *
     * @param {object} [options]
     * @param {boolean} [options.exact] wait until they are, at most five seconds
     * @returns {Promise<Blob>}
     */
    snapshot({ exact }?: {
        exact?: boolean | undefined;
    }): Promise<Blob>;
    connectedCallback(): void;
    disconnectedCallback(): void;
    /** Moved as a whole, by `moveBefore`: nothing changes. */
    connectedMoveCallback(): void;
    adoptedCallback(): void;
    /** @param {string} name */
    attributeChangedCallback(name: string): void;
    #private;
}
/**
 * idle: not asked to connect; connecting: the first try; lost: waiting for the next try, or trying; ended: the
 * application said so, and is looked for; refused: we may not, or there is no such address
 */
export type State = "idle" | "connecting" | "connected" | "lost" | "ended" | "refused";
/**
 * of `framecast-state`
 */
export type StateDetail = {
    state: State;
    /**
     * in words for people; may be empty
     */
    reason: string;
};
/**
 * of `framecast-role`
 */
export type RoleDetail = {
    /**
     * whether what is done here reaches the application
     */
    presenter: boolean;
    /**
     * what the link allows
     */
    link: "drive" | "watch";
    /**
     * whether anybody is the presenter
     */
    held: boolean;
    /**
     * who, for people; plain text from a stranger, may be empty
     */
    by: string;
    /**
     * whether `requestControl` makes sense
     */
    canAsk: boolean;
    /**
     * whether it was called, and the answer is still to come
     */
    asks: boolean;
};
/**
 * of the picture
 */
export type Size = {
    /**
     * in its own pixels
     */
    width: number;
    /**
     * likewise
     */
    height: number;
    /**
     * how many of its pixels are a logical (CSS) one
     */
    ratio: number;
};
/**
 * of `framecast-resize`
 */
export type ResizeDetail = {
    /**
     * `null`: there is no picture any more
     */
    size: Size | null;
};
/**
 * of `framecast-title`
 */
export type TitleDetail = {
    /**
     * plain text from a stranger; may be empty
     */
    title: string;
};
/**
 * of `framecast-clipboard`
 */
export type ClipboardDetail = {
    /**
     * for the clipboard; plain text from a stranger
     */
    text: string;
};
/**
 * of `framecast-open`
 */
export type OpenDetail = {
    /**
     * of http or https, with a plain host; from a stranger: ask before you open it
     */
    url: string;
};
/**
 * what a status line may want
 */
export type Figures = {
    /**
     * frames shown per second
     */
    fps: number;
    /**
     * seconds; `null`: not known
     */
    roundTrip: number | null;
};
