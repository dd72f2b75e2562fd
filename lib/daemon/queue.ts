/** The one queue to the hardware: one job at a time, what keeps safe first, users before polls. @module */

/** Who goes first: safe procedures, then users, then polls. */
export type Priority = "safe" | "user" | "poll";

interface Job {
  run(): Promise<void>;
  refuse(reason: Error): void;
}

/** Runs jobs one after another. A job that fails concerns its caller alone; it must end by itself (a deadline). */
export class Queue {
  readonly #waiting: Readonly<Record<Priority, Job[]>> = { safe: [], user: [], poll: [] };
  #isBusy = false;

  /**
   * Runs a job when its turn comes.
   *
   * @param priority Its place: before all waiting jobs of a lower priority, after those of its own.
   * @param work The job.
   * @param signal Gives up waiting: once the job has begun it is the job's to heed.
   * @returns What the job returns.
   */
  run<T>(priority: Priority, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const run = async () => {
      try {
        signal?.throwIfAborted();
        resolve(await work());
      } catch (error) {
        reject(error);
      }
    };
    this.#waiting[priority].push({ run, refuse: reject });
    if (!this.#isBusy) void this.#work();
    return promise;
  }

  /** Fails every job that has not begun; one of the safe procedure stays. */
  refuse(reason: Error): void {
    const { user, poll } = this.#waiting;
    for (const job of [...user.splice(0), ...poll.splice(0)]) job.refuse(reason);
  }

  async #work(): Promise<void> {
    this.#isBusy = true;
    for (let job = this.#next(); job; job = this.#next()) await job.run();
    this.#isBusy = false;
  }

  #next(): Job | undefined {
    const { safe, user, poll } = this.#waiting;
    return safe.shift() ?? user.shift() ?? poll.shift();
  }
}
