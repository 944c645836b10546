/** How a client ends a connection that must not go on. */

/**
 * Thrown inside the client only: it leaves every half-done step at once. `TlsClient.handle` turns it into an alert
 * record and an output, so nothing outside ever sees it.
 */
export class Refusal extends Error {
  /** code of the alert to send, RFC 8446 §6.2 */
  readonly alert: number;

  constructor(alert: number, why: string) {
    super(why);
    this.alert = alert;
  }
}

export function refuse(alert: number, why: string): never {
  throw new Refusal(alert, why);
}
