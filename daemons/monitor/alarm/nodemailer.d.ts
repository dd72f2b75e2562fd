/** What is used of nodemailer, which has no types of its own. */

/** Where to send, and how. */
export interface TransportOptions {
  host: string | undefined;
  port: number;
  secure: boolean;
  auth?: { user: string; pass: string };
  disableFileAccess: boolean;
  disableUrlAccess: boolean;
}

/** A letter. */
export interface Mail {
  from: string;
  to: string[];
  subject: string;
  text: string;
}

/** Makes what sends letters. */
export function createTransport(options: TransportOptions): {
  sendMail(mail: Mail): Promise<{ response: string }>;
};
