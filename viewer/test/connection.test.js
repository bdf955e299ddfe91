import assert from "node:assert/strict";
import test from "node:test";

import Connection from "../core/transport/connection.js";
import fixtures from "./fixtures.js";

/** A socket that the test plays the server of. */
class FakeSocket {
  readyState = 0;
  binaryType = "blob";
  /** @type {any[]} */
  sent = [];
  closed = false;
  /** @type {(() => void) | null} */
  onopen = null;
  /** @type {((event: {data: unknown}) => void) | null} */
  onmessage = null;
  /** @type {((event: {code: number}) => void) | null} */
  onclose = null;

  /** @param {string} url */
  constructor(url) {
    this.url = url;
  }
  /** @param {string} text */
  send(text) {
    this.sent.push(JSON.parse(text));
  }
  close() {
    this.closed = true;
    this.readyState = 3;
  }
  open() {
    this.readyState = 1;
    this.onopen?.();
  }
  /** @param {unknown} message */
  says(message) {
    this.onmessage?.({ data: message instanceof ArrayBuffer ? message : JSON.stringify(message) });
  }
  welcome() {
    this.open();
    this.says({ type: "welcome", client: 7 });
  }
  /** @param {number} code */
  ends(code) {
    this.readyState = 3;
    this.onclose?.({ code });
  }
  types() {
    return this.sent.map((message) => message.type);
  }
}

/**
 * @param {(state: string, connection: Connection) => void} [heard] what a page does at such news
 * @param {string[]} [urls]
 */
function setUp(heard = () => {}, urls = ["ws://h/"]) {
  let now = 100;
  /** @type {Set<{at: number, run: () => void}>} */
  const timers = new Set();
  /** @type {FakeSocket[]} */
  const sockets = [];
  const log = /** @type {string[]} */ ([]);
  const connection = new Connection(
    urls,
    {
      hello: (url) => ({ type: "hello", url }),
      changed: (state) => {
        log.push(state);
        heard(state, connection);
      },
      message: (message) => log.push(`message ${message.type}`),
      part: (part, received) => log.push(`part ${part.update} at ${received}`),
      malformed: (binary) => log.push(binary ? "malformed part" : "malformed"),
    },
    {
      socket: (url, protocol) => {
        assert.equal(protocol, "framecast.v1");
        const socket = new FakeSocket(url);
        sockets.push(socket);
        return /** @type {WebSocket} */ (/** @type {unknown} */ (socket));
      },
      now: () => now,
      random: () => 1,
      after: (run, seconds) => {
        const timer = { at: now + seconds, run };
        timers.add(timer);
        return timer;
      },
      cancel: (timer) => void timers.delete(/** @type {any} */ (timer)),
    },
  );
  return {
    connection,
    sockets,
    timers,
    timersNow: () => now,
    /** The newest socket. */
    get socket() {
      return /** @type {FakeSocket} */ (sockets.at(-1));
    },
    log: () => log.splice(0),
    /** The hosts of all tries so far, in their order. */
    hosts: () => sockets.map(({ url }) => new URL(url).host).join(" "),
    /** @param {number} seconds */
    pass(seconds) {
      const end = now + seconds;
      for (;;) {
        const due = [...timers].filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
        if (!due) break;
        timers.delete(due);
        now = Math.max(now, due.at);
        due.run();
      }
      now = end;
    },
  };
}

test("hello goes first, and only welcome makes it connected", () => {
  const t = setUp();
  t.connection.open();
  assert.deepEqual(t.log(), ["connecting"]);
  t.socket.open();
  assert.deepEqual([t.socket.url, t.socket.sent], ["ws://h/", [{ type: "hello", url: "ws://h/" }]]);
  assert.deepEqual(t.log(), []);
  t.socket.says({ type: "welcome", client: 7 });
  assert.deepEqual(t.log(), ["connected"]);
  assert.equal(t.connection.client, 7);
});

test("whether there may be video is told with each welcome", () => {
  const t = setUp();
  t.connection.open();
  assert.equal(t.connection.video, false);
  for (const [video, wanted] of /** @type {const} */ ([[["h264"], true], [[], false], [["h264"], true], [undefined, false]])) {
    t.socket.open();
    t.socket.says({ type: "welcome", client: 7, video });
    assert.deepEqual([t.connection.state, t.connection.video], ["connected", wanted]);
    t.socket.ends(1006);
    t.connection.retry();
  }
});

test("pings go every second, and the round trip is the median of the last five", () => {
  const t = setUp();
  t.connection.open();
  t.socket.welcome();
  for (const took of [0.5, 0.02, 0.04, 0.03, 0.01, 0.02]) {
    const ping = t.socket.sent.at(-1);
    assert.equal(ping.type, "ping");
    t.pass(took);
    t.socket.says({ type: "pong", id: ping.id, time: 5 });
    t.pass(1 - took);
  }
  assert.ok(Math.abs((t.connection.clock.roundTrip ?? 0) - 0.02) < 1e-9);
});

test("a pong that nobody asked for changes nothing", () => {
  const t = setUp();
  t.connection.open();
  t.socket.welcome();
  t.socket.says({ type: "pong", id: 99, time: 5 });
  assert.equal(t.connection.clock.roundTrip, null);
});

test("a lost connection that nobody looks at is made again with longer and longer waits", () => {
  const t = setUp();
  t.connection.open();
  t.socket.welcome();
  t.connection.wake(false);
  t.pass(0.5);
  t.socket.ends(1006);
  assert.equal(t.connection.state, "lost");
  const waits = [];
  for (let i = 0; i < 6; i += 1) {
    const count = t.sockets.length;
    waits.push((t.connection.retryAt ?? NaN) - t.timersNow());
    t.pass(waits.at(-1) ?? 0);
    assert.equal(t.sockets.length, count + 1);
    assert.equal(t.connection.retryAt, null);
    t.socket.ends(1006);
  }
  assert.deepEqual(waits, [1, 2, 4, 8, 15, 15]);
});

test("a connection that lasted is made again soon", () => {
  const t = setUp();
  t.connection.open();
  for (let i = 0; i < 5; i += 1) {
    t.socket.ends(1006);
    t.pass(20);
  }
  t.socket.welcome();
  answer(t, 10);
  t.socket.ends(1006);
  assert.equal((t.connection.retryAt ?? NaN) - t.timersNow(), 0.5);
});

test("a server that does not answer is given up, while connecting and while connected", () => {
  const t = setUp();
  t.connection.open();
  t.pass(10);
  assert.equal(t.connection.state, "lost");
  assert.ok(t.sockets[0]?.closed);
  t.pass(1);
  t.socket.welcome();
  t.pass(8);
  assert.equal(t.connection.state, "connected");
  t.pass(1);
  assert.equal(t.connection.state, "lost");
  assert.match(t.connection.reason, /does not answer/);
});

test("the server's clock is told by the quickest pong, and forgotten with the connection", () => {
  const t = setUp();
  t.connection.open();
  t.socket.welcome();
  assert.equal(t.connection.clock.offset, null);
  for (const [took, time] of [[0.5, 1000.4], [0.02, 1001.01]]) {
    t.pass(took ?? 0);
    t.socket.says({ type: "pong", id: t.socket.sent.at(-1).id, time });
    t.pass(1 - (took ?? 0));
  }
  // The second ping went at 101, its pong came at 101.02.
  assert.ok(Math.abs((t.connection.clock.offset ?? 0) - 900) < 1e-9);
  t.socket.ends(1006);
  assert.equal(t.connection.clock.offset, null);
});

test("a connection that is given up is made again like a lost one", () => {
  const t = setUp();
  t.connection.fail("too early");
  assert.equal(t.connection.state, "idle");
  t.connection.open();
  t.socket.welcome();
  t.connection.fail("This page could not keep up.");
  assert.ok(t.socket.closed);
  assert.deepEqual([t.connection.state, t.connection.reason], ["lost", "This page could not keep up."]);
  t.pass(1);
  assert.equal(t.sockets.length, 2);
  t.connection.fail("while it waits");
  assert.equal(t.connection.reason, "This page could not keep up.");
});

test("a server that sends pictures is alive, even if it answers no ping", () => {
  const t = setUp();
  t.connection.open();
  t.socket.welcome();
  for (let i = 0; i < 30; i += 1) {
    t.pass(1);
    t.socket.says(part());
  }
  assert.equal(t.connection.state, "connected");
});

test("a hidden page neither pings nor takes silence for death", () => {
  const t = setUp();
  t.connection.open();
  t.socket.welcome();
  t.connection.wake(false);
  const sent = t.socket.sent.length;
  t.pass(1000);
  assert.equal(t.socket.sent.length, sent);
  assert.equal(t.connection.state, "connected");
  t.connection.wake(true);
  assert.equal(t.socket.sent.length, sent + 1);
  t.pass(5);
  assert.equal(t.connection.state, "connected");
});

test("an application that ended is looked for slowly, and found when it is back", () => {
  const t = setUp();
  t.connection.open();
  t.socket.welcome();
  t.socket.says({ type: "closed", reason: "the user closed the window" });
  assert.equal(t.connection.state, "ended");
  assert.equal(t.connection.reason, "the user closed the window");
  assert.ok(t.socket.closed);
  for (let i = 0; i < 10; i += 1) {
    const count = t.sockets.length;
    t.pass(4);
    assert.equal(t.sockets.length, count);
    t.pass(2);
    assert.equal(t.sockets.length, count + 1);
    t.socket.ends(1006);
    assert.equal(t.connection.state, "ended");
    assert.equal(t.connection.reason, "the user closed the window");
  }
  t.pass(6);
  t.socket.welcome();
  assert.equal(t.connection.state, "connected");
  assert.equal(t.connection.reason, "");
});

test("a normal close without a word also means that it ended", () => {
  const t = setUp();
  t.connection.open();
  t.socket.welcome();
  t.socket.ends(1000);
  assert.equal(t.connection.state, "ended");
});

test("a refusal says why", () => {
  const t = setUp();
  t.connection.open();
  t.socket.open();
  t.socket.ends(1013);
  assert.equal(t.connection.state, "lost");
  assert.equal(t.connection.reason, "Too many viewers are connected.");
});

test("hurrying ends the wait at once, and does nothing when there is none", () => {
  const t = setUp();
  t.connection.open();
  t.connection.hurry();
  assert.equal(t.sockets.length, 1);
  t.socket.ends(1006);
  t.connection.hurry();
  assert.equal(t.sockets.length, 2);
  t.socket.welcome();
  t.connection.hurry();
  assert.equal(t.sockets.length, 2);
});

test("after closing nothing happens any more", () => {
  const t = setUp();
  t.connection.open();
  t.socket.welcome();
  t.connection.close();
  assert.ok(t.socket.closed);
  t.socket.ends(1006);
  t.pass(100);
  assert.equal(t.sockets.length, 1);
  assert.equal(t.timers.size, 0);
});

test("what is malformed is counted and dropped, what is unknown is ignored", () => {
  const t = setUp();
  t.connection.open();
  t.socket.open();
  t.socket.says(part());
  assert.deepEqual(t.log().slice(1), ["malformed part"], "a part before welcome");
  t.socket.says({ type: "welcome", client: 1 });
  t.log();
  t.socket.onmessage?.({ data: "{" });
  t.socket.onmessage?.({ data: new ArrayBuffer(3) });
  t.socket.onmessage?.({ data: 5 });
  t.socket.says({ type: "later" });
  t.socket.says(part());
  t.socket.says(part("video.json"));
  assert.deepEqual(t.log(), ["malformed", "malformed part", "malformed", "message unknown", "part 7 at 100", "part 7 at 100"]);
});

test("a message too long for the server is not sent", () => {
  const t = setUp();
  t.connection.open();
  t.socket.welcome();
  assert.equal(t.connection.send({ type: "char", data: "é".repeat(33_000) }), false);
  assert.equal(t.connection.send({ type: "char", data: "é".repeat(32_000) }), true);
});

test("closed at the very news that it connects, or is connected, it stays closed", () => {
  for (const [last, made] of /** @type {const} */ ([["connecting", 0], ["connected", 1]])) {
    const t = setUp((state, connection) => state === last && connection.close());
    t.connection.open();
    t.socket?.welcome();
    assert.deepEqual([t.connection.state, t.sockets.length, t.timers.size], ["idle", made, 0], last);
    t.pass(60);
    assert.deepEqual([t.connection.state, t.log().at(-1)], ["idle", last]);
    assert.ok(t.sockets.every((socket) => socket.closed));
  }
});

test("where nobody ever welcomed us, it says what may be the matter", () => {
  const t = setUp();
  t.connection.open();
  for (let tries = 0; tries < 2; tries += 1) {
    t.socket.ends(1006);
    assert.match(t.connection.reason, /does not allow this page.*type="recording"/);
    t.connection.retry();
  }
  t.socket.welcome();
  t.socket.ends(1006);
  assert.equal(t.connection.reason, "", "it was just lost");
  t.connection.close();
  t.connection.use(["ws://h/"]);
  t.connection.open();
  t.socket.ends(1006);
  assert.match(t.connection.reason, /does not run there/);
});

test("opened anew at the news that it connects, it has one socket", () => {
  let again = true;
  const t = setUp((state, connection) => {
    if (state !== "connecting" || !again) return;
    again = false;
    connection.close();
    connection.open();
  });
  t.connection.open();
  assert.equal(t.sockets.filter((socket) => !socket.closed).length, 1);
  t.socket.welcome();
  assert.equal(t.connection.state, "connected");
});

test("a server that was there and cannot be reached any more: it says so, eager or not, until it is back", () => {
  for (const awake of [true, false]) {
    const t = setUp();
    t.connection.wake(awake);
    t.connection.open();
    t.socket.welcome();
    t.socket.ends(1006);
    assert.equal(t.connection.reason, "", "it was just lost");
    t.pass(2);
    t.socket.ends(1006);
    assert.deepEqual([t.connection.state, t.connection.reason], ["lost", "The server cannot be reached."], `${awake}`);
    t.pass(2);
    t.socket.welcome();
    assert.deepEqual([t.connection.state, t.connection.reason], ["connected", ""]);
  }
});

/** A message of a fixture file. */
function part(file = "parts.json") {
  const hex = /** @type {string} */ (fixtures(file)[0].hex);
  return Uint8Array.from(hex.match(/../g) ?? [], (byte) => parseInt(byte, 16)).buffer;
}

test("a link that was good and is refused now is one of a program that was started again", () => {
  for (const how of ["killed", "ended"]) {
    const t = setUp();
    t.connection.open();
    t.socket.welcome();
    answer(t, 10);
    if (how === "ended") t.socket.says({ type: "closed", reason: "" });
    else t.socket.ends(1006);
    t.pass(6);
    assert.ok(t.sockets.length > 1, how);
    t.socket.open();
    t.socket.ends(4001);
    assert.equal(t.connection.state, "refused");
    assert.match(t.connection.reason, /^This link is no longer valid: .* open the link that the program printed last/i);
    t.pass(600);
    assert.deepEqual([t.connection.state, t.timers.size], ["refused", 0]);
    // Another link may simply be wrong.
    t.connection.close();
    t.connection.use(["ws://h/"]);
    t.connection.open();
    t.socket.open();
    t.socket.ends(4001);
    assert.match(t.connection.reason, /needs a link/);
  }
});

test("how long there was no connection is told from its loss on", () => {
  const t = setUp();
  t.connection.open();
  t.pass(5);
  assert.equal(t.connection.lostFor, 0, "there never was one");
  t.socket.welcome();
  answer(t, 10);
  t.socket.ends(1006);
  t.pass(40);
  assert.equal(t.connection.lostFor, 40);
  t.socket.welcome();
  assert.equal(t.connection.lostFor, 0);
});

/**
 * Answers pings for that long.
 *
 * @param {ReturnType<typeof setUp>} t
 * @param {number} seconds
 */
function answer(t, seconds) {
  for (let i = 0; i < seconds; i += 1) {
    const ping = t.socket.sent.at(-1);
    t.socket.says({ type: "pong", id: ping.id, time: 0 });
    t.pass(1);
  }
}

/** A page that somebody looks at, and whose connection is lost after ten seconds. */
function lost() {
  const t = setUp();
  t.connection.open();
  t.socket.welcome();
  answer(t, 10);
  t.socket.ends(1006);
  return t;
}

test("a page that is looked at tries again at least every 1.5 s, however long nobody answers", () => {
  const t = lost();
  t.log();
  for (let i = 0; i < 200; i += 1) {
    const count = t.sockets.length;
    t.pass(1.5);
    assert.ok(t.sockets.length > count, `after ${i} tries`);
    for (const socket of t.sockets.filter(({ readyState }) => readyState === 0)) socket.ends(1006);
  }
  // It says so once.
  assert.deepEqual([t.connection.state, t.connection.reason, t.log()], ["lost", "The server cannot be reached.", ["lost", "lost"]]);
  t.connection.wake(false);
  const count = t.sockets.length;
  t.pass(600);
  assert.ok(t.sockets.length - count < 60, "nobody looks");
});

test("an attempt that hangs keeps no other from being made, and the first that is welcomed wins", () => {
  for (const winner of [0, 1]) {
    const t = lost();
    t.pass(2);
    const attempts = t.sockets.slice(1);
    assert.equal(attempts.length, 2);
    assert.ok(attempts.every(({ closed }) => !closed));
    attempts.forEach((attempt) => attempt.open());
    t.connection.send({ type: "show" });
    attempts[winner]?.says({ type: "welcome", client: 8 });
    assert.equal(t.connection.state, "connected");
    assert.deepEqual(attempts.map(({ closed }) => closed), [winner !== 0, winner !== 1]);
    // Whichever wins has to know what was said meanwhile.
    assert.deepEqual(attempts.map((attempt) => attempt.types().slice(0, 2)), [["hello", "show"], ["hello", "show"]]);
    t.pass(8);
    assert.deepEqual([t.connection.state, t.sockets.length], ["connected", 3]);
  }
});

test("of attempts that hang there are two, and of those that fail four", () => {
  const t = lost();
  const open = () => t.sockets.filter(({ readyState }) => readyState === 0);
  for (let i = 0; i < 600; i += 1) {
    t.pass(0.1);
    assert.ok(open().length <= 2);
  }
  open()[0]?.ends(1006);
  t.pass(4.5);
  assert.equal(open().length, 4);
  for (let i = 0; i < 600; i += 1) {
    t.pass(0.1);
    if (i % 20 === 0) open()[0]?.ends(1006);
    assert.ok(open().length <= 4);
  }
});

test("a server that answers and does not keep us is asked with longer and longer waits", () => {
  const t = setUp();
  t.connection.open();
  t.socket.welcome();
  answer(t, 10);
  const waits = [];
  for (let i = 0; i < 6; i += 1) {
    t.socket.open();
    t.socket.ends(1013);
    waits.push((t.connection.retryAt ?? NaN) - t.timersNow());
    t.pass(waits.at(-1) ?? 0);
  }
  assert.deepEqual(waits, [0.5, 1, 2, 4, 8, 15]);
});

test("news of the network renews an attempt that hangs, and leaves one alone that has got through", () => {
  const t = lost();
  t.pass(3);
  const [, oldest, spare] = t.sockets;
  t.connection.hurry();
  assert.deepEqual([oldest?.closed, spare?.closed], [true, false]);
  spare?.open();
  t.connection.hurry();
  t.connection.hurry();
  assert.equal(spare?.closed, false);
  spare?.says({ type: "welcome", client: 8 });
  assert.equal(t.connection.state, "connected");
});

test("a refused link is told, and not tried again until somebody asks for it", () => {
  for (const [code, reason] of /** @type {const} */ ([[4001, /link/], [4003, /disconnected this viewer/], [4004, /disconnected somebody/]])) {
    const { connection, sockets, timers } = setUp();
    connection.open();
    sockets[0]?.open();
    sockets[0]?.ends(code);
    assert.deepEqual([connection.state, connection.retryAt], ["refused", null]);
    assert.match(connection.reason, reason);
    connection.hurry();
    assert.deepEqual([sockets.length, timers.size], [1, 0]);
    connection.retry();
    assert.deepEqual([connection.state, sockets.length], ["connecting", 2]);
    sockets[1]?.welcome();
    assert.equal(connection.state, "connected");
  }
});

test("an attempt that is turned away ends no other that waits for its welcome", () => {
  const t = lost();
  t.pass(3);
  const [, oldest, spare] = t.sockets;
  oldest?.open();
  spare?.open();
  spare?.ends(1013);
  assert.deepEqual([oldest?.closed, t.connection.state, t.connection.retryAt], [false, "lost", null]);
  oldest?.says({ type: "welcome", client: 8 });
  assert.equal(t.connection.state, "connected");
});

/** A page that knows these servers, and asks each only when it did not get on with the one before. */
function several(names = "abc") {
  const t = setUp(undefined, Array.from(names, (name) => `ws://${name}/`));
  t.connection.wake(false);
  t.connection.open();
  return {
    ...t,
    get socket() {
      return /** @type {FakeSocket} */ (t.sockets.at(-1));
    },
    /** The newest try ends so, and the next one begins. @param {number} code */
    goesOn(code) {
      t.sockets.at(-1)?.ends(code);
      t.pass((t.connection.retryAt ?? NaN) - t.timersNow());
    },
  };
}

test("of several servers the next one is tried, whatever became of the one before", () => {
  const t = several();
  t.goesOn(1006);
  t.goesOn(1013);
  t.pass(10 + 15);
  assert.equal(t.hosts(), "a b c a", "c did not answer");
  t.goesOn(1006);
  t.socket.welcome();
  assert.deepEqual([t.hosts(), t.connection.state, t.connection.url], ["a b c a b", "connected", "ws://b/"]);
  assert.deepEqual(t.socket.sent[0], { type: "hello", url: "ws://b/" });
  t.goesOn(1006);
  t.socket.welcome();
  assert.deepEqual([t.hosts(), t.connection.url], ["a b c a b c", "ws://c/"]);
  t.connection.fail("too slow");
  t.connection.hurry();
  assert.equal(t.hosts(), "a b c a b c a");
  t.connection.retry();
  assert.equal(t.hosts(), "a b c a b c a b");
});

test("while somebody looks, attempts at several servers overlap, and the first that is welcomed wins", () => {
  const t = setUp(undefined, ["ws://a/", "ws://b/", "ws://c/"]);
  t.connection.open();
  t.socket.welcome();
  answer(t, 10);
  t.socket.ends(1006);
  t.pass(2);
  assert.equal(t.hosts(), "a b c");
  const [, b, c] = t.sockets;
  c?.welcome();
  assert.deepEqual([t.connection.state, t.connection.url, b?.closed], ["connected", "ws://c/", true]);
});

test("one server's refusal ends nothing while another could let us in", () => {
  const t = several();
  t.goesOn(4001);
  assert.match(t.connection.reason, /needs a link/);
  t.goesOn(1006);
  assert.deepEqual([t.connection.state, t.connection.reason.includes("needs a link")], ["lost", true], "what is known of a tells more");
  t.goesOn(1006);
  t.goesOn(1006);
  assert.equal(t.hosts(), "a b c b c", "a is not asked again");
  t.socket.welcome();
  assert.deepEqual([t.connection.state, t.connection.url], ["connected", "ws://c/"]);
  // By now it may have other links.
  t.goesOn(1006);
  assert.equal(t.hosts(), "a b c b c a");
});

test("refused everywhere, it is refused with the words of the first, and asks all of them when somebody wants it", () => {
  const t = several("ab");
  t.goesOn(4003);
  t.socket.ends(4001);
  assert.deepEqual([t.connection.state, t.connection.retryAt], ["refused", null]);
  assert.match(t.connection.reason, /^The host disconnected this viewer/);
  t.pass(600);
  assert.equal(t.hosts(), "a b");
  t.connection.retry();
  t.goesOn(4001);
  assert.deepEqual([t.hosts(), t.connection.state], ["a b a b", "lost"]);
  t.socket.ends(4001);
  assert.match(t.connection.reason, /needs a link/);
  t.connection.close();
  t.connection.open();
  assert.equal(t.hosts(), "a b a b a");
});

test("who is sent away by the server that showed the picture goes to no other", () => {
  for (const code of [4001, 4003]) {
    const t = several("ab");
    t.goesOn(1006);
    t.socket.welcome();
    t.socket.ends(code);
    assert.equal(t.connection.state, "refused");
    t.pass(600);
    assert.equal(t.hosts(), "a b");
    t.connection.retry();
    assert.equal(t.hosts(), "a b a");
  }
});

test("an application that ended is looked for at the server that said so, and where that is gone at the others", () => {
  const t = several("ab");
  t.goesOn(1006);
  t.socket.welcome();
  t.socket.says({ type: "closed", reason: "" });
  t.pass(6);
  assert.deepEqual([t.hosts(), t.connection.state], ["a b b", "ended"]);
  t.goesOn(1006);
  assert.deepEqual([t.hosts(), t.connection.state], ["a b b a", "ended"]);
  t.goesOn(1000);
  assert.deepEqual([t.hosts(), t.connection.state], ["a b b a a", "ended"], "now a said so");
  t.goesOn(1006);
  t.socket.welcome();
  assert.deepEqual([t.connection.url, t.connection.state], ["ws://b/", "connected"]);
});

test("another list begins with its first", () => {
  const t = several("ab");
  t.goesOn(4001);
  t.connection.close();
  t.connection.use(["ws://c/", "ws://a/"]);
  assert.equal(t.connection.url, "ws://c/");
  t.connection.open();
  t.goesOn(1006);
  assert.equal(t.hosts(), "a b c a");
});

test("while the canvas comes another way it is enough to try once a minute", () => {
  const t = setUp();
  t.connection.open();
  t.connection.leisurely = true;
  t.socket.ends(1006);
  assert.equal(t.sockets.length, 1);
  t.pass(50);
  assert.equal(t.sockets.length, 1);
  t.pass(20);
  assert.equal(t.sockets.length, 2);
  t.connection.leisurely = false;
  t.socket.ends(1006);
  t.pass(15);
  assert.equal(t.sockets.length, 3);
});
