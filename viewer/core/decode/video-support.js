/**
 * Whether pictures of a video can be decoded (WebCodecs): "ready"; "insecure", browsers let only secure pages do that; "none", not
 * by this browser.
 *
 * @typedef {"ready" | "insecure" | "none"} Support
 * @typedef {{isSecureContext: boolean, VideoDecoder?: {isConfigSupported(config: VideoDecoderConfig): Promise<VideoDecoderSupport>}}} Scope
 */

/** What phones decode, too: a larger one that a browser cannot decode fails when it comes, and tiles follow. */
const CONFIG = { codec: "avc1.42E028", codedWidth: 1920, codedHeight: 1080, optimizeForLatency: true };

/** Asked once. @type {WeakMap<Scope, Promise<Support>>} */
const known = new WeakMap();

/**
 * @param {Scope} [scope] the page's
 * @returns {Promise<Support>} which may take a while
 */
export default function videoSupport(scope = globalThis) {
  const asked = known.get(scope) ?? ask(scope);
  known.set(scope, asked);
  return asked;
}

/**
 * @param {Scope} scope
 * @returns {Promise<Support>}
 */
async function ask({ isSecureContext, VideoDecoder }) {
  if (!isSecureContext) return "insecure";
  try {
    const answer = await VideoDecoder?.isConfigSupported(CONFIG);
    return answer?.supported ? "ready" : "none";
  } catch {
    return "none";
  }
}
