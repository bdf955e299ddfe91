/** A recording cannot be read. The message is a sentence for people that says why and, where there is one, what to do. */
export default class Failure extends Error {
  /** Whether another try may succeed. */
  again;

  /**
   * @param {string} message
   * @param {{again?: boolean, cause?: unknown}} [options]
   */
  constructor(message, { again = false, cause } = {}) {
    super(message, { cause });
    this.name = "Failure";
    this.again = again;
  }
}
