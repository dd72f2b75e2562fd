/** A foreign controller on a wire in memory and in virtual time. */
import { type ArchonClient, connectArchon, type ConnectArchonOptions } from "../../lib/archon/mod.ts";
import type { Connection } from "../../lib/net/mod.ts";
import { MemoryTransport, VirtualClock } from "../../lib/testing/mod.ts";
import { ArchonPeer } from "../peers/archon_controller.ts";

/** Where it is. */
export const CONTROLLER = "archon:4242";

/** A configuration for it: two taps, 4 x 4 pixels each of which one is overscan. */
export const ACF = `[SYSTEM]
BACKPLANE_TYPE=1
[CONFIG]
LINECOUNT=4
PIXELCOUNT=4
FRAMEMODE=0
SAMPLEMODE=0
TAPLINE0="AD1L, 1.0, 100"
TAPLINE1="AD2R, 1.0, 100"
TAPLINES=2
PARAMETER0="Exposures=0"
PARAMETER1="IntMS=0"
PARAMETER2="NoIntMS=0"
PARAMETER3="IntCS=0"
PARAMETER4="NoIntCS=0"
PARAMETER5="ReadOut=1"
PARAMETER6="AbortExposure=0"
PARAMETER7="ContinuousExposures=0"
PARAMETER8="Lines=4"
PARAMETER9="Pixels=3"
PARAMETER10="OverscanPixels=1"
PARAMETER11="OverscanLines=0"
PARAMETER12="PreSkipPixels=0"
PARAMETER13="HorizontalBinning=1"
PARAMETER14="VerticalBinning=1"
PARAMETERS=15
TRIGOUTFORCE=0
TRIGOUTLEVEL=0
MOD2\\HEATERATARGET=-100
MOD2\\HEATERAENABLE=0
MOD2\\HEATERAP=100
MOD2\\SENSORALOWERLIMIT=-200
`;

/** The wire and who is on it. */
export class ArchonRig {
  readonly clock = new VirtualClock();
  readonly transport: MemoryTransport;
  readonly controller: ArchonPeer;
  readonly warnings: string[] = [];
  readonly log: string[] = [];
  /** How many clients the controller has. */
  connections = 0;

  private constructor(chunk: number | undefined) {
    this.transport = new MemoryTransport(chunk === undefined ? {} : { chunk });
    this.controller = new ArchonPeer({
      now: () => this.clock.now(),
      after: (ms, action) => void this.clock.after(ms, action),
    });
  }

  /** Puts a controller on a wire. */
  static async start({ chunk }: { chunk?: number } = {}): Promise<ArchonRig> {
    const rig = new ArchonRig(chunk);
    await rig.transport.listen(CONTROLLER, (connection) => rig.#accept(connection));
    return rig;
  }

  /** Connects to it. */
  connect(options: ConnectArchonOptions = {}): Promise<ArchonClient> {
    return connectArchon(CONTROLLER, {
      transport: this.transport,
      clock: this.clock,
      onLog: (entry) => this.log.push(entry),
      onWarning: (message) => this.warnings.push(message),
      ...options,
    });
  }

  /** Lets time pass until something is done. */
  run<T>(work: Promise<T>): Promise<T> {
    return this.clock.runUntil(work);
  }

  #accept(connection: Connection): void {
    this.connections++;
    const take = this.controller.accept(
      (bytes) => void connection.write(bytes),
      () => connection.destroy(),
    );
    connection.receive({ data: take, closed: () => this.connections-- });
  }
}
