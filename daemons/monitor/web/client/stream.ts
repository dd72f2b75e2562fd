/** The stream of bulletins: followed for as long as this browser may see it, whatever stands between. */
import type { Bulletin } from "../live.ts";

/** How long until it is tried again where the browser itself has given up, milliseconds. */
const PAUSE = 3000;

/** Who is told what comes. */
export interface StreamListener {
  /** Something has happened. */
  bulletin(bulletin: Bulletin): void;
  /** This browser is signed out, and why: nothing comes any more. */
  out(why: string): void;
}

/** Follows the stream at an address. */
export function followStream(url: string, listener: StreamListener): void {
  const stream = new EventSource(url);
  stream.onmessage = ({ data }) => listener.bulletin(JSON.parse(data));
  stream.addEventListener("over", ({ data }: MessageEvent<string>) => {
    stream.close(); // else it would come back again and again
    listener.out(JSON.parse(data));
  });
  stream.onerror = async () => {
    if (stream.readyState !== EventSource.CLOSED) return; // the browser tries again by itself
    if (await isOut()) listener.out("You are signed out");
    else setTimeout(() => followStream(url, listener), PAUSE);
  };
}

/** Whether MONITOR answers, but not this browser; a proxy before a MONITOR that is away answers otherwise. */
async function isOut(): Promise<boolean> {
  try {
    return (await fetch("/lab")).status === 401;
  } catch {
    return false;
  }
}
