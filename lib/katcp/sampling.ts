/** One client's strategies. @module */
import type { Reading } from "./reading.ts";
import type { Sensor, SensorObserver } from "./sensor.ts";
import { NONE, type Strategy } from "./strategy.ts";
import type { Due, TimerWheel } from "./timer_wheel.ts";
import { isSame } from "./types.ts";

/** Who is told. */
export interface SampleSink {
  /** Is given every reading that is to be told. */
  sample(sensor: Sensor, reading: Reading<unknown>): void;
}

/** The strategies a client has set, and the work they make. A sensor that none is set for costs nothing. */
export class Sampling implements Disposable {
  readonly #wheel: TimerWheel;
  readonly #sink: SampleSink;
  readonly #samplers = new Map<Sensor, Sampler>();

  /** Makes one without strategies. */
  constructor(wheel: TimerWheel, sink: SampleSink) {
    this.#wheel = wheel;
    this.#sink = sink;
  }

  /** The strategy of a sensor. */
  strategyOf(sensor: Sensor): Strategy {
    return this.#samplers.get(sensor)?.strategy ?? NONE;
  }

  /** Sets the strategy of a sensor; every one but none tells its reading at once. */
  set(sensor: Sensor, strategy: Strategy): void {
    this.forget(sensor);
    if (strategy.kind === "none") return;
    const sampler = new Sampler(sensor, strategy, this.#wheel, this.#sink);
    this.#samplers.set(sensor, sampler);
    sampler.start();
  }

  /** Sets the strategy of a sensor to none. */
  forget(sensor: Sensor): void {
    this.#samplers.get(sensor)?.stop();
    this.#samplers.delete(sensor);
  }

  /** Sets all strategies to none. */
  clear(): void {
    for (const sampler of this.#samplers.values()) sampler.stop();
    this.#samplers.clear();
  }

  /** The same as {@linkcode Sampling.clear}. */
  [Symbol.dispose](): void {
    this.clear();
  }
}

class Sampler implements SensorObserver, Due {
  readonly strategy: Strategy;
  due: number | undefined;
  readonly #sensor: Sensor;
  readonly #wheel: TimerWheel;
  readonly #sink: SampleSink;
  #told: Reading<unknown>;
  #toldAt = 0;

  constructor(sensor: Sensor, strategy: Strategy, wheel: TimerWheel, sink: SampleSink) {
    this.strategy = strategy;
    this.#sensor = sensor;
    this.#wheel = wheel;
    this.#sink = sink;
    this.#told = sensor.reading;
  }

  start(): void {
    if (this.#rule.kind !== "period") this.#sensor.attach(this);
    this.#tell(this.#sensor.reading, this.#wheel.now());
  }

  stop(): void {
    this.#sensor.detach(this);
    this.#wheel.remove(this);
  }

  update(reading: Reading<unknown>): void {
    if (!this.#isNews(reading)) return;
    const rule = this.#rule;
    if (!("shortest" in rule)) return this.#tell(reading, 0);
    const now = this.#wheel.now();
    const earliest = this.#toldAt + 1000 * rule.shortest;
    if (now >= earliest) this.#tell(reading, now);
    else if (this.due === undefined || this.due > earliest) this.#wheel.add(this, earliest);
  }

  ring(): void {
    const rule = this.#rule;
    const now = this.#wheel.now();
    if (rule.kind === "period") {
      const period = 1000 * rule.period;
      // From the time it was due, not from now, so that it does not drift; what was missed is left out.
      return this.#tell(
        this.#sensor.reading,
        this.#toldAt + period * Math.max(1, Math.floor((now - this.#toldAt) / period)),
      );
    }
    if (!("longest" in rule)) return;
    const latest = this.#toldAt + 1000 * rule.longest;
    if (now >= latest || this.#isNews(this.#sensor.reading)) this.#tell(this.#sensor.reading, now);
    else if (latest < Infinity) this.#wheel.add(this, latest);
  }

  get #rule(): Strategy {
    return this.strategy.kind === "auto" ? this.#sensor.auto ?? this.strategy : this.strategy;
  }

  #isNews(reading: Reading<unknown>): boolean {
    const rule = this.#rule;
    if (rule.kind === "auto" || reading.status !== this.#told.status) return true;
    if (!("difference" in rule)) return !isSame(this.#sensor.type, reading.value, this.#told.value);
    return isFurther(reading.value as number | bigint, this.#told.value as number | bigint, rule.difference);
  }

  #tell(reading: Reading<unknown>, now: number): void {
    const rule = this.#rule;
    this.#told = reading;
    this.#toldAt = now;
    const again = rule.kind === "period" ? rule.period : "longest" in rule ? rule.longest : Infinity;
    if (again < Infinity) this.#wheel.add(this, now + 1000 * again);
    else this.#wheel.remove(this);
    this.#sink.sample(this.#sensor, reading);
  }
}

/** Whether two numbers are more than a difference apart; NaN is far from every other. */
function isFurther(a: number | bigint, b: number | bigint, difference: number): boolean {
  if (typeof a === typeof b && typeof a === "bigint") {
    const apart = a - (b as bigint);
    return (apart < 0n ? -apart : apart) > difference;
  }
  if (Number.isNaN(Number(a)) || Number.isNaN(Number(b))) return !Object.is(Number(a), Number(b));
  return a !== b && !(Math.abs(Number(a) - Number(b)) <= difference);
}
