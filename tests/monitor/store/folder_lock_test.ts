import { assertRejects } from "@std/assert";
import { lockFolder } from "../../../daemons/monitor/store/folder_lock.ts";
import { ConfigError } from "../../../lib/errors.ts";
import { systemClock } from "../../../lib/time/mod.ts";

Deno.test("lockFolder() refuses a second opener by name and lets go when disposed", async () => {
  const parent = await Deno.makeTempDir();
  const folder = `${parent}/data`;
  const lock = await lockFolder(folder, systemClock);
  const name = `Data folder ${folder} is in use by MONITOR (pid ${Deno.pid} on ${Deno.hostname()} since 2`;
  await assertRejects(() => lockFolder(folder, systemClock), ConfigError, name);
  lock[Symbol.dispose]();
  (await lockFolder(folder, systemClock))[Symbol.dispose]();
  await Deno.remove(parent, { recursive: true });
});

Deno.test("lockFolder() names the folder when it cannot be made", async () => {
  const file = await Deno.makeTempFile();
  await assertRejects(
    () => lockFolder(`${file}/data`, systemClock),
    ConfigError,
    `Cannot use data folder ${file}/data`,
  );
  await Deno.remove(file);
});
