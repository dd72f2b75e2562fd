/** A form that changes something: ours by what it says, and shown with the reason where the visitor may not. @module */
import type { Child, PropsWithChildren } from "hono/jsx";
import { type Deed, refusalOf } from "../../access/mod.ts";
import { FORM_TOKEN, isNamed, visitorNow } from "../visitor.ts";

/** What {@linkcode OrderForm} is told beside what any form is. */
export interface OrderFormProps {
  /** What it does. */
  readonly deed: Deed;
  /** The client that it is about, or those. */
  readonly client?: string | readonly string[] | undefined;
  /** Where it goes. */
  readonly action: string;
  readonly class?: string;
  readonly id?: string;
  /** Whether the reason is only told to who points at the form or has it read out: it stands elsewhere on the page. */
  readonly quiet?: boolean;
  /** Attributes for scripts. */
  readonly data?: Readonly<Record<`data-${string}`, string | number | boolean | undefined>>;
}

/** A form sent by POST. Where the visitor may not do what it does, nothing in it can be used, and it says why. */
export function OrderForm(
  { deed, client, action, quiet = false, data = {}, children, ...rest }: PropsWithChildren<OrderFormProps>,
) {
  const visitor = visitorNow();
  const why = whyNot(deed, client);
  return (
    <form method="post" action={action} {...rest} {...data}>
      {visitor.formToken !== undefined && (
        <input type="hidden" name={FORM_TOKEN.field} value={visitor.formToken} />
      )}
      {why === undefined ? children : (
        <fieldset class="barred" disabled title={why}>
          {children}
          <small class={quiet ? "unseen" : "quiet why"}>{why}</small>
        </fieldset>
      )}
    </form>
  );
}

/** Why the visitor may not do something to a client, or to one of several, or to the lab. */
function whyNot(deed: Deed, client: OrderFormProps["client"]): string | undefined {
  const clients = client === undefined || client.length === 0 ? [undefined] : [client].flat();
  return clients.map((one) => refusalOf(visitorNow().person, deed, one)).find((why) => why !== undefined);
}

/** A sentence on what the visitor may not do here; nothing where they may. */
export function WhyNot({ deed, client }: Pick<OrderFormProps, "deed" | "client">) {
  const why = whyNot(deed, client);
  return why === undefined ? null : <p class="quiet why" role="note">{why}</p>;
}

/** Where people say who they are; nothing where that is known. */
export function NameField({ required }: { readonly required?: boolean }) {
  if (isNamed(visitorNow())) return null;
  return (
    <input
      class="who"
      name="by"
      placeholder="your name"
      aria-label="your name"
      autocomplete="name"
      required={required}
    />
  );
}

/** Who is signed in, and the way out; the way in for those who are not. */
export function WhoIsHere(): Child {
  const visitor = visitorNow();
  if (isNamed(visitor)) {
    const { name, role } = visitor.person!;
    return (
      <form method="post" action="/logout" class="whoishere">
        <span title={`${name} is ${role}`}>{name}</span> {visitor.formToken !== undefined && (
          <>
            <input type="hidden" name={FORM_TOKEN.field} value={visitor.formToken} />
            <button type="submit">Sign out</button>
          </>
        )}
      </form>
    );
  }
  return visitor.canSignIn ? <a class="whoishere" href="/login">Sign in</a> : null;
}
