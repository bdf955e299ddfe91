import Attempts from "./attempts.js";
import backoff from "./backoff.js";
import Clock from "./clock.js";
import events from "../input/events.js";
import protocol from "./protocol.js";

/**
 * @typedef {import("./protocol.js").Message} Message
 * @typedef {import("./protocol.js").Part | import("./protocol.js").VideoPart} Part
 * @typedef {"idle" | "connecting" | "connected" | "lost" | "ended" | "refused"} State
 *   idle: nobody asked for a connection; connecting: the first try; lost: waiting for the next try, or trying; ended: the application said so;
 *   refused: we may not connect, and do not try again by ourselves
 *
 * @typedef {object} Hooks
 * @property {(url: string) => object} hello the first message to the server there
 * @property {(state: State) => void} changed the state, `retryAt` or `reason` is another
 * @property {(message: Message) => void} message other than `welcome`, `pong` and `closed`
 * @property {(part: Part, received: number) => void} part with the time it came, on the rim's clock
 * @property {(binary: boolean) => void} malformed a message was dropped; a binary one: perhaps tiles with it
 *
 * @typedef {object} Rim clocks, chance and sockets, to be replaced in tests
 * @property {(url: string, protocol: string) => WebSocket} socket
 * @property {() => number} now seconds
 * @property {() => number} random
 * @property {(run: () => void, seconds: number) => unknown} after
 * @property {(timer: unknown) => void} cancel
 */

/** Between two pings, in seconds. */
const PING = 1;
/**
 * A ping that is unanswered for this long, while nothing else came: the connection is dead. Somebody has waited for nine
 * seconds by then. A part of 48 KiB, before which nothing counts as heard, takes as long at 6 KB/s.
 */
const DEAD = 8;
/** A longer message would end the connection. */
const MOST_BYTES = events.MAX_MESSAGE;

/** Why the server closed, by code. */
const REASONS = new Map([
  [1003, "The server did not understand this page."],
  [1008, "The server refused this page."],
  [1009, "A message was too long for the server."],
  [1013, "Too many viewers are connected."],
]);

/** Likewise, where trying again would not help. */
const REFUSALS = new Map([
  [
    4001,
    "This address needs a link, and the one it was opened with is not valid. A program that starts again has new links: open the one that it printed last, or ask for a new one.",
  ],
  [4003, "The host disconnected this viewer, and has to let it in before it can come back."],
  [
    4004,
    "The host disconnected somebody who came by this link, with this browser or from this network, and has to let them in before anybody new can come from here.",
  ],
]);

/** The link was good before, and is refused now. */
const OUTDATED =
  "This link is no longer valid: it expired or was revoked, or the program was started again and has new links. Open the link that the program printed last, or ask for a new one.";

/** A server was there before. */
const UNREACHABLE = "The server cannot be reached.";

/** A browser does not tell why it could not connect: neither that nobody listens, nor that we were refused, nor what else is there. */
const NEVER = "The program does not run there, or it does not allow this page. If this is a recording, the element needs type=\"recording\".";

/** @type {Rim} */
const BROWSER = {
  socket: (url, name) => new WebSocket(url, name),
  now: () => performance.now() / 1000,
  random: Math.random,
  after: (run, seconds) => setTimeout(run, seconds * 1000),
  cancel: (timer) => clearTimeout(/** @type {number} */ (timer)),
};

/** One connection to a server, made again whenever it is lost: each try is at the next address where the canvas is served. */
export default class Connection {
  /** @type {State} */
  state = "idle";
  /** When the next try begins, on the rim's clock; `null`: now, or not at all. @type {number | null} */
  retryAt = null;
  /** Why it was lost or ended, in words for people; may be empty. */
  reason = "";
  /** The number the server gave us. @type {number | null} */
  client = null;
  /** The server's clock, from the rim's; what it knows is of this connection. */
  clock = new Clock();

  /** Where a server welcomed us last. */
  url = "";

  /** All addresses, in the order of the page. @type {string[]} */
  #urls = [];
  /** Those that did not refuse us, the next one first. @type {string[]} */
  #queue = [];
  /** Why the first of the others did. @type {string | null} */
  #refusal = null;
  #hooks;
  #rim;
  #attempts;
  /** That of the attempt that was welcomed. @type {WebSocket | null} */
  #socket = null;
  /** The one timer: for the ping or the next try. @type {unknown} */
  #timer = null;
  #failures = 0;
  /** How often everything was let go of. */
  #drops = 0;
  /** Whether a server welcomed us there. */
  #met = false;
  /** When `welcome` came. @type {number | null} */
  #since = null;
  /** When the last connection was lost. @type {number | null} */
  #lostAt = null;
  /** A server was there, and did not keep us: it is not the network that we wait for. */
  #answered = false;
  /** The last one's, in seconds. @type {number | null} */
  #roundTrip = null;
  #pingId = 0;
  /** The oldest ping without an answer. @type {{id: number, at: number} | null} */
  #ping = null;
  #heard = 0;
  #awake = true;
  /** What our link allows. @type {import("./protocol.js").Role} */
  role = "watch";
  /** Whether the server may send video. */
  video = false;
  #leisurely = false;

  /**
   * @param {string[]} urls
   * @param {Hooks} hooks
   * @param {Rim} [rim]
   */
  constructor(urls, hooks, rim = BROWSER) {
    this.#hooks = hooks;
    this.#rim = rim;
    this.use(urls);
    this.#attempts = new Attempts(rim, {
      socket: () => this.#begin(),
      begun: (attempt) => this.#listen(attempt),
      exhausted: () => this.#lost("The server does not answer."),
    });
  }

  /** How long there has been no connection, after there was one, in seconds; 0: there is one, or never was. */
  get lostFor() {
    return this.#lostAt === null ? 0 : this.#rim.now() - this.#lostAt;
  }

  /** Somebody looks at a page that lost its server, and it may be back at any moment. */
  get #eager() {
    return this.#awake && this.#met && !this.#answered && !this.#leisurely && this.state === "lost";
  }

  /** Whether the canvas comes another way: it is enough to try now and then. @param {boolean} on */
  set leisurely(on) {
    this.#leisurely = on;
    if (this.state === "lost") this.#attempts.eager = this.#eager;
  }

  /** Connects, at once; also when waiting for the next try. No-op while connected. */
  open() {
    if (this.state === "connected") return;
    this.#drop();
    this.retryAt = null;
    const drops = this.#drops;
    const anew = this.state === "refused" || this.state === "idle";
    if (anew) this.#readmit();
    this.#changed(anew ? "connecting" : this.state);
    // Whoever heard that may have closed it, or opened it anew.
    if (drops !== this.#drops) return;
    try {
      this.#attempts.begin(this.#eager, this.#roundTrip);
    } catch {
      this.#lost("The browser does not let this page connect there.");
    }
  }

  /** Begins a try, at the next address. */
  #begin() {
    const [url = ""] = this.#queue;
    this.#queue = [...this.#queue.slice(1), url];
    return this.#rim.socket(url, protocol.SUBPROTOCOL);
  }

  /** Those that refused us may be asked again. */
  #readmit() {
    this.#refusal = null;
    this.#queue = [...new Set([...this.#queue, ...this.#urls])];
  }

  /**
   * All may be asked, that one first; the one after it if we are `past` it.
   *
   * @param {string} url
   * @param {number} past
   */
  #turnTo(url, past) {
    const at = this.#urls.indexOf(url) + past;
    this.#refusal = null;
    this.#queue = [...this.#urls.slice(at), ...this.#urls.slice(0, at)];
  }

  /** @param {import("./attempts.js").Attempt} attempt */
  #listen(attempt) {
    const { socket } = attempt;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      this.#attempts.opened(attempt);
      socket.send(JSON.stringify(this.#hooks.hello(socket.url)));
    };
    socket.onmessage = (event) => this.#receive(event.data, attempt);
    socket.onclose = (event) => this.#closed(event.code, attempt);
  }

  /**
   * @param {number} code
   * @param {import("./attempts.js").Attempt} attempt
   */
  #closed(code, attempt) {
    const { socket } = attempt;
    const kept = socket === this.#socket;
    const refusal = code === 4001 && this.#met ? OUTDATED : REFUSALS.get(code);
    if (refusal) {
      this.#refusal ??= refusal;
      this.#queue = this.#queue.filter((url) => url !== socket.url);
    }
    // One that knew us means us, wherever we go.
    if (refusal && (kept || this.#queue.length === 0)) this.#refused(this.#refusal ?? refusal);
    else if (code === 1000) this.#ended("", socket.url);
    else {
      const words = refusal ?? REASONS.get(code);
      const told = words !== undefined;
      const last = kept || this.#attempts.failed(attempt);
      const reason = words ?? (kept ? "" : this.#met ? UNREACHABLE : (this.#refusal ?? NEVER));
      // Of several attempts, one that was turned away is no news while another waits for its welcome.
      if (last || (told && !this.#attempts.greeting)) this.#lost(reason, told);
      // The others go on.
      else if (!told && !this.#attempts.greeting) this.#missed(reason);
    }
  }

  /** Closes for good, until `open`. */
  close() {
    this.#drop();
    this.state = "idle";
    this.reason = "";
    this.retryAt = null;
    this.#failures = 0;
  }

  /**
   * Goes elsewhere from the next `open` on. Call it when closed.
   *
   * @param {string[]} urls the addresses of servers of one canvas, the first one to try first
   */
  use(urls) {
    this.url = urls[0] ?? "";
    this.#urls = this.#queue = urls;
    this.#met = false;
    this.#lostAt = null;
    this.#roundTrip = null;
  }

  /**
   * There is nothing to connect to.
   *
   * @param {string} reason in words for people
   */
  refuse(reason) {
    this.#failures = 0;
    this.retryAt = null;
    this.#refused(reason);
  }

  /**
   * Gives this connection up, and makes a new one as after any loss. No-op while there is none.
   *
   * @param {string} reason in words for people
   */
  fail(reason) {
    if (this.#socket) this.#lost(reason);
  }

  /** Someone looks, or the network came back: no more waiting. */
  hurry() {
    if (this.retryAt === null) {
      this.#attempts.renew();
      return;
    }
    this.#failures = 0;
    this.open();
  }

  /** Somebody asks for a try, whatever the state. */
  retry() {
    this.#failures = 0;
    this.#readmit();
    this.open();
  }

  /**
   * Pings only while `awake`: browsers slow a hidden page's timers.
   *
   * @param {boolean} awake
   */
  wake(awake) {
    this.#awake = awake;
    this.#ping = null;
    if (this.state === "connected") this.#tick();
    else this.#attempts.eager = this.#eager;
  }

  /**
   * @param {object} message dropped while there is no connection
   * @returns {boolean} whether it was handed to the socket
   */
  send(message) {
    // Before the welcome, whoever may welcome us has to know it.
    const sockets = this.#socket ? [this.#socket] : this.#attempts.sockets;
    const open = sockets.filter((socket) => socket.readyState === 1);
    const text = JSON.stringify(message);
    // A UTF-16 unit is at most three bytes.
    const fits = text.length * 3 <= MOST_BYTES || new TextEncoder().encode(text).length <= MOST_BYTES;
    if (open.length === 0 || !fits) return false;
    for (const socket of open) socket.send(text);
    return true;
  }

  /**
   * @param {unknown} data
   * @param {import("./attempts.js").Attempt} attempt
   */
  #receive(data, attempt) {
    this.#heard = this.#rim.now();
    if (data instanceof ArrayBuffer) {
      const part = this.#since === null ? null : (protocol.parsePart(data) ?? protocol.parseVideo(data));
      if (part) this.#hooks.part(part, this.#heard);
      else this.#hooks.malformed(true);
      return;
    }
    const message = typeof data === "string" ? protocol.parseMessage(data) : null;
    if (!message) this.#hooks.malformed(false);
    else if (message.type === "welcome") this.#welcome(message, attempt);
    else if (message.type === "pong") this.#pong(message.id, message.time);
    else if (message.type === "closed") this.#ended(message.reason, attempt.socket.url);
    else this.#hooks.message(message);
  }

  /**
   * @param {Extract<Message, {type: "welcome"}>} message
   * @param {import("./attempts.js").Attempt} attempt
   */
  #welcome({ client, role, video }, attempt) {
    if (this.#since !== null) return;
    this.#attempts.won(attempt);
    this.#socket = attempt.socket;
    this.url = attempt.socket.url;
    this.#turnTo(this.url, 1);
    this.#answered = false;
    this.#lostAt = null;
    this.role = role;
    this.video = video.length > 0;
    this.#since = this.#rim.now();
    this.client = client;
    this.reason = "";
    this.#met = true;
    // Last, because whoever hears it may close the connection.
    this.#tick();
    this.#changed("connected");
  }

  /**
   * @param {number} id
   * @param {number} time
   */
  #pong(id, time) {
    const ping = this.#ping;
    if (ping?.id !== id) return;
    this.#ping = null;
    this.clock.add(ping.at, this.#heard, time);
  }

  #tick() {
    this.#rim.cancel(this.#timer);
    if (!this.#awake) return;
    const now = this.#rim.now();
    if (this.#ping && now - Math.max(this.#ping.at, this.#heard) > DEAD) {
      this.#lost("The server does not answer.");
      return;
    }
    if (!this.#ping) {
      this.#pingId += 1;
      this.#ping = { id: this.#pingId, at: now };
      this.send({ type: "ping", id: this.#pingId });
    }
    this.#timer = this.#rim.after(() => this.#tick(), PING);
  }

  /** @param {string} reason */
  #refused(reason) {
    this.#drop();
    this.#queue = [];
    this.reason = reason;
    this.#changed("refused");
  }

  /**
   * @param {string} reason
   * @param {string} url who said it
   */
  #ended(reason, url) {
    this.#failures = 0;
    this.#turnTo(url, 0);
    this.#again("ended", reason || (this.state === "ended" ? this.reason : ""));
  }

  /**
   * @param {string} reason
   * @param {boolean} [answered] a server said it
   */
  #lost(reason, answered = false) {
    // An application that ended is looked for until it is back.
    const lasted = this.#since === null ? null : this.#rim.now() - this.#since;
    this.#answered = answered || (lasted !== null && lasted < backoff.STABLE);
    this.#again(this.state === "ended" ? "ended" : "lost", this.state === "ended" ? this.reason : reason);
  }

  /**
   * An attempt failed, and others are under way. It is news once.
   *
   * @param {string} reason
   */
  #missed(reason) {
    if (this.state !== "lost" || this.reason === reason) return;
    this.reason = reason;
    this.#changed("lost");
  }

  /**
   * @param {"lost" | "ended"} state
   * @param {string} reason
   */
  #again(state, reason) {
    const now = this.#rim.now();
    this.#failures = backoff.failuresAfter(this.#failures, this.#since === null ? null : now - this.#since);
    if (this.#since !== null) this.#lostAt = now;
    this.#drop();
    this.state = state;
    const random = this.#rim.random();
    const wait = this.#leisurely ? backoff.OTHERWISE * (0.9 + 0.2 * random) : backoff.wait(this.#failures, state === "ended", random, this.#eager);
    this.reason = reason;
    this.retryAt = now + wait;
    this.#timer = this.#rim.after(() => this.open(), wait);
    this.#changed(state);
  }

  /** Lets go of the socket and the timer; nothing of them is heard any more. */
  #drop() {
    this.#drops += 1;
    this.#rim.cancel(this.#timer);
    this.#timer = null;
    this.#attempts.drop();
    this.#since = null;
    this.#ping = null;
    this.client = null;
    this.#roundTrip = this.clock.roundTrip ?? this.#roundTrip;
    this.clock.clear();
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close(1000);
  }

  /** @param {State} state */
  #changed(state) {
    this.state = state;
    this.#hooks.changed(state);
  }
}
