/** Where people sign in. It works without scripts. @module */
import { raw } from "hono/html";
import { assetUrl } from "../assets.ts";

/** What {@linkcode LoginPage} shows. */
export interface LoginProps {
  /** Name of the lab. */
  readonly lab: string;
  /** Where to go on. */
  readonly next: string;
  /** The name that was tried. */
  readonly name?: string;
  /** Why it was not enough. */
  readonly problem?: string;
}

/** The page. */
export function LoginPage({ lab, next, name = "", problem }: LoginProps) {
  return (
    <>
      {raw("<!doctype html>")}
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <script src={assetUrl("theme.ts")} />
          <meta name="viewport" content="width=device-width" />
          <title>Sign in · {lab}</title>
          <link rel="icon" href={assetUrl("icon.svg")} />
          <link rel="stylesheet" href={assetUrl("dewar.css")} />
          <link rel="stylesheet" href={assetUrl("pages.css")} />
        </head>
        <body>
          <header>
            <b>{lab}</b>
          </header>
          <main id="main">
            {problem !== undefined && (
              <div class="strip warn" role="alert">
                <span class="warnv">not signed in</span>
                <span class="what">{problem}</span>
              </div>
            )}
            <section class="card signin">
              <h1>Sign in</h1>
              <form method="post" action="/login" class="fields">
                <input type="hidden" name="next" value={next} />
                <label>
                  name
                  <input name="name" value={name} autocomplete="username" autofocus={name === ""} />
                </label>
                <label>
                  password
                  <input
                    type="password"
                    name="password"
                    autocomplete="current-password"
                    autofocus={name !== ""}
                  />
                </label>
                <button type="submit" class="primary">Sign in</button>
              </form>
              <p class="quiet">With a token: leave the name empty, give the token as password.</p>
            </section>
          </main>
        </body>
      </html>
    </>
  );
}
