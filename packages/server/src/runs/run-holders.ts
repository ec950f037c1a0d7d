import type { WriterLink } from "./writer-link.js";

/** Who has a run here. */
export interface Holder {
  readonly writer: string;
  readonly link: WriterLink;
}

/** Over which links of this server the writers of runs are reached; runs by their key, as `toRunKey` makes it. */
export class RunHolders {
  readonly #holders = new Map<string, Holder>();

  get areNone(): boolean {
    return this.#holders.size === 0;
  }

  has(key: string): boolean {
    return this.#holders.has(key);
  }

  /** Another one each time that the run is started or renewed. */
  of(key: string): Holder | undefined {
    return this.#holders.get(key);
  }

  linkOf(key: string): WriterLink | undefined {
    return this.#holders.get(key)?.link;
  }

  writerOf(key: string): string | undefined {
    return this.#holders.get(key)?.writer;
  }

  /** From now on this link has the run, unless a later one of the same writer does; answers whether it had not before. */
  attach(key: string, writer: string, link: WriterLink): boolean {
    const holder = this.#holders.get(key);
    if (holder && holder.link.order > link.order && holder.writer === writer) return false;
    this.#holders.set(key, { writer, link });
    return holder?.link !== link;
  }

  /** This link no longer has the run. */
  detach(key: string, link: WriterLink): void {
    if (this.linkOf(key) === link) this.#holders.delete(key);
  }

  /** The run is this writer's: a link of another one has it no longer. */
  deleteOthers(key: string, writer: string): void {
    if (this.writerOf(key) !== writer) this.#holders.delete(key);
  }

  /** The run has ended: nobody has it. */
  delete(key: string): void {
    this.#holders.delete(key);
  }
}
