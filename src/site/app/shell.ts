/** What the shell needs to know of the rest, in plain values: components here never reach into a room. */

export interface DeskAddress {
  readonly port: number;
  /** folder with the desk's certificates, as the server names it */
  readonly certs: string;
}

/** A lesson as the course map shows it. */
export interface LessonCard {
  readonly id: string;
  readonly number: number;
  readonly title: string;
  readonly question?: string;
  readonly minutes: number;
  /** heading under which it stands; lessons without one stand together */
  readonly part?: string;
}

/** Checks of a lesson that are true, and how many there are. */
export interface LessonProgress {
  readonly done: number;
  readonly total: number;
}
