/** Somebody at the stage's own page, who also listens to what the bridge really sends. */
import type { Browser, Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { decodeRecords } from '../../src/core/bridge/frames.ts';
import { viewOf, type TapRecord, type WireRecord } from '../../src/core/bridge/run.ts';
import type { Product } from '../product.ts';
import { Learner } from './learner.ts';

export interface Setting {
  readonly client?: 'This page' | 'Node';
  readonly server?: 'Node relay' | 'openssl';
  readonly version?: 'TLS 1.2' | '1.3';
}

export class Stagehand {
  readonly learner: Learner;
  readonly page: Page;
  /** every record that the bridge told this page of, by number of its run and its place there: the newest word counts */
  readonly #told = new Map<string, WireRecord>();
  readonly #ends = new Map<number, number>();
  #sent = 0;

  private constructor(learner: Learner) {
    this.learner = learner;
    this.page = learner.page;
    this.page.on('websocket', (socket) => {
      socket.on('framesent', () => this.#sent++);
      socket.on('framereceived', ({ payload }) => this.#hear(payload));
    });
  }

  /** Opens the stage in an empty profile; what a good connection needs is made there. */
  static async enters(browser: Browser, product: Product, scenario = '', width = 1440): Promise<Stagehand> {
    const learner = await Learner.arrives(browser, product, width);
    const hand = new Stagehand(learner);
    await hand.page.goto(`${new URL(product.url).origin}/#/stage${scenario && `/${scenario}`}`);
    await hand.page.reload(); // so that this socket is listened to from its first frame
    await hand.button('Connect').waitFor();
    return hand;
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', { name });
  }

  /** Chooses who speaks, and connects with the gate shut. */
  async connects({ client = 'This page', server = 'Node relay', version = '1.3' }: Setting = {}): Promise<void> {
    const { page } = this;
    await page.getByRole('radio', { name: version, exact: true }).check();
    if (version === '1.3') await page.getByRole('radio', { name: client, exact: true }).check();
    await page.getByRole('radio', { name: server, exact: true }).check();
    await page.getByRole('radio', { name: 'Step', exact: true }).check();
    await this.button(/^(Connect|Same again)$/).click();
    await page.getByText('Record 1 is held.').waitFor();
  }

  /** Lets records through until this message waits. */
  async until(message: string): Promise<void> {
    await this.page.getByRole('combobox', { name: 'Run until' }).selectOption({ label: message });
    await this.button(/^Until/).click();
    await this.row(new RegExp(`${message}.*held at the tap`)).waitFor();
  }

  async runs(): Promise<void> {
    await this.button(/^Run( R)?$/).click();
  }

  /** A row of the ladder. */
  row(name: RegExp): Locator {
    return this.page.getByRole('option', { name });
  }

  async ladder(): Promise<string[]> {
    const rows = await this.page.getByRole('option').evaluateAll((all) => all.map((row) => row.ariaLabel ?? ''));
    return rows.filter((name) => /^(Record|After record)/.test(name));
  }

  /** The sentences on what became of it. */
  async aftermath(): Promise<string> {
    const summary = this.page.getByText('Who noticed, and what each believes now');
    await summary.waitFor();
    const list = this.page.locator('details', { has: summary });
    if ((await list.getAttribute('open')) === null) await summary.click();
    return list.innerText();
  }

  /** Frames that this page has sent to the bridge. */
  get sent(): number {
    return this.#sent;
  }

  /** The records of the newest run as the bridge told them, in the order in which they came to the tap. */
  get told(): WireRecord[] {
    const run = Math.max(...[...this.#told.values()].map((record) => record.run));
    return [...this.#told.values()]
      .filter((record) => record.run === run)
      .sort((one, other) => one.index - other.index);
  }

  /** How many ends of the newest run the bridge told. */
  get ends(): number {
    return this.#ends.get(this.told[0]?.run ?? 0) ?? 0;
  }

  /** What was sent on the wire of the newest run, in its order: nobody's view but the tap's. */
  get wire(): ReturnType<typeof viewOf> {
    const { told } = this;
    const isPassed = (record: WireRecord): record is TapRecord => !('held' in record);
    const nothing = { keyLog: [], events: [], closes: [], heard: [] };
    const who = {
      id: 0,
      label: '',
      version: '1.3',
      client: 'page',
      engine: 'node',
      serverName: '',
      startedAt: 0,
    } as const;
    const held = told.flatMap((record) => (isPassed(record) ? [] : [record]));
    return viewOf({ ...who, ...nothing, records: told.filter(isPassed), held }, 'wire');
  }

  /** Any lamp or line of the page says this. */
  async reads(text: string | RegExp): Promise<void> {
    await this.page.getByText(text).first().waitFor();
  }

  async hasNoComplaint(): Promise<void> {
    await this.learner.meetsAxe();
    expect(this.learner.complaints).toEqual([]);
  }

  #hear(payload: string | Buffer): void {
    if (typeof payload === 'string') {
      const fact = JSON.parse(payload) as { type: string; run?: number };
      if (fact.type === 'closed' && fact.run !== undefined)
        this.#ends.set(fact.run, (this.#ends.get(fact.run) ?? 0) + 1);
      return;
    }
    const frame = decodeRecords(payload);
    if (frame.kind === 'refused') throw new Error(frame.text);
    for (const record of frame.records) this.#told.set(`${record.run} ${record.index}`, record);
  }
}
