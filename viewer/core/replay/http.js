import Failure from "./failure.js";
import Ranges from "./ranges.js";
import Whole from "./whole.js";

/**
 * @typedef {object} Options
 * @property {typeof fetch} fetch
 * @property {string} origin of the page
 * @property {AbortSignal} signal ends the opening
 * @property {(read: number, size: number | null) => void} progress of a file that is read whole, in bytes
 * @property {(run: () => void, seconds: number) => unknown} after
 * @property {(timer: unknown) => void} cancel
 */

/** What the first request asks for, in bytes: often the first picture is in it. */
const FIRST = 4 * Ranges.BLOCK;

/**
 * A file on a web server: read in parts where the server gives parts, and else whole.
 *
 * @param {string} url
 * @param {Options} options
 * @returns {Promise<import("./recording.js").Source>}
 * @throws {Failure}
 */
export default async function http(url, { fetch, origin, signal, progress, after, cancel }) {
  const foreign = new URL(url).origin !== origin;
  /**
   * @param {RequestInit} init
   * @returns {Promise<Response>}
   */
  const get = async (init) => {
    try {
      return await fetch(url, init);
    } catch (error) {
      init.signal?.throwIfAborted();
      const cors = foreign ? ", or does not let pages of this origin read it (CORS)" : "";
      throw new Failure(`The server of the recording cannot be reached${cors}.`, { again: true, cause: error });
    }
  };
  /**
   * @param {number} from
   * @param {number} to
   * @param {AbortSignal} ends
   */
  const range = (from, to, ends) => get({ headers: { range: `bytes=${from}-${to - 1}` }, signal: ends });

  const abort = new AbortController();
  const end = () => abort.abort();
  signal.addEventListener("abort", end);
  try {
    signal.throwIfAborted();
    const answer = await range(0, FIRST, abort.signal);
    if (answer.status === 200) return await Whole.read(answer, progress);
    if (answer.status === 416) throw new Failure("This is no recording of framecast: the file is empty.");
    if (answer.status !== 206) throw refused(answer);
    // A server of another origin need not let us read this header.
    const said = contentRange(answer);
    if (said && said.from !== 0) throw new Failure("The server of the recording answers with another part of it.");
    const size = said?.size ?? (await length(get, abort.signal));
    const version = versionOf(answer);
    /**
     * @param {number} from
     * @param {number} to
     * @param {AbortSignal} ends
     */
    const request = async (from, to, ends) => {
      const part = await range(from, to, ends);
      const changed = () => {
        part.body?.cancel().catch(() => {});
        return new Failure("The recording changed while it was played. Load it again.");
      };
      // Shorter than it was, or of a server that gives no parts any more.
      if (part.status === 416 || part.status === 200) throw changed();
      if (part.status !== 206) throw refused(part);
      const got = contentRange(part);
      const other = got && (got.from !== from || got.to > to || (got.size !== null && got.size !== size));
      if (other || versionOf(part) !== version) throw changed();
      return part;
    };
    const source = new Ranges(size, { request, after, cancel });
    source.begin(answer, Math.min(FIRST, size), abort);
    return source;
  } catch (error) {
    abort.abort();
    signal.throwIfAborted();
    throw error instanceof Failure ? error : new Failure("The connection to the recording was lost.", { again: true, cause: error });
  } finally {
    signal.removeEventListener("abort", end);
  }
}

/**
 * The size of a file whose server does not tell it with a part.
 *
 * @param {(init: RequestInit) => Promise<Response>} get
 * @param {AbortSignal} signal
 */
async function length(get, signal) {
  const { ok, headers } = await get({ method: "HEAD", signal });
  const said = headers.get("content-length");
  if (!ok || said === null || !/^\d{1,15}$/.test(said)) throw new Failure("The server of the recording does not say how long it is.");
  return Number(said);
}

/** @param {Response} answer */
function contentRange({ headers }) {
  const found = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/.exec(headers.get("content-range") ?? "");
  if (!found) return null;
  const [, from, last, size] = found;
  return { from: Number(from), to: Number(last) + 1, size: size === "*" ? null : Number(size) };
}

/**
 * What tells a file from what it was before.
 *
 * @param {Response} answer
 */
function versionOf({ headers }) {
  return `${headers.get("etag")} ${headers.get("last-modified")}`;
}

/** @param {Response} answer */
function refused({ status, body }) {
  body?.cancel().catch(() => {});
  if (status === 404 || status === 410) return new Failure("There is no recording at this address.");
  if (status === 401 || status === 403) return new Failure("The server does not give this recording to you.");
  return new Failure(`The server of the recording answers with an error (${status}).`, { again: status >= 500 || status === 429 });
}
