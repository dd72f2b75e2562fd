/** What a handler throws to refuse a request. @module */
import { DewarError } from "../errors.ts";

/** The request was understood and is not done: the client is answered `fail` and the message. */
export class FailReply extends DewarError {
  /** The name of the class. */
  override name = "FailReply";
}

/** The request makes no sense: the client is answered `invalid` and the message. */
export class InvalidReply extends DewarError {
  /** The name of the class. */
  override name = "InvalidReply";
}
