/** Mails, by SMTP. The client is nodemailer: kept for fifteen years, without dependencies, loaded when a mail is sent. @module */
import type { Section } from "../config/fields.ts";

/** A letter. */
export interface Letter {
  /** Its subject. */
  readonly subject: string;
  /** Its text. */
  readonly text: string;
}

/** How mails are sent. */
export interface MailSettings {
  /** `smtp://user:password@host:587`; `smtps://` for TLS from the start. */
  readonly server: string;
  /** Whom they are from. */
  readonly from: string;
}

/** Something that sends mails. */
export interface MailServer {
  /** Sends a letter; resolves with what the server answered. */
  send(to: readonly string[], letter: Letter): Promise<string>;
}

/**
 * Reads the section of mail.
 *
 * @param section The section.
 * @returns How mails are sent.
 * @throws {ConfigError} With file, line, key and what was expected.
 */
export function readMail(section: Section): MailSettings {
  const server = section.text("server") ?? section.expected("server", "an address such as smtp://host:25");
  if (!URL.canParse(server) || !/^smtps?:$/.test(new URL(server).protocol)) {
    section.fail("server", "expected an address such as smtp://user:password@host:587");
  }
  const from = section.text("from") ?? `monitor@${new URL(server).hostname}`;
  section.done();
  return { server, from };
}

/** Where mails go on the network. */
export function mailHost({ server }: MailSettings): string {
  const { hostname, port, protocol } = new URL(server);
  return `${hostname}:${port || (protocol === "smtps:" ? 465 : 587)}`;
}

/** The mail server of the settings. */
export function mailServer({ server, from }: MailSettings): MailServer {
  return {
    async send(to, { subject, text }) {
      const { createTransport } = await import("./nodemailer.ts");
      const [host, port] = mailHost({ server, from }).split(":");
      const { protocol, username, password } = new URL(server);
      const transport = createTransport({
        host,
        port: Number(port),
        secure: protocol === "smtps:",
        ...username === ""
          ? {}
          : { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } },
        disableFileAccess: true,
        disableUrlAccess: true,
      });
      const { response } = await transport.sendMail({ from, to: [...to], subject, text });
      return response;
    },
  };
}
