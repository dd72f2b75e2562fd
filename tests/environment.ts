/** Variables of the environment that one test sees, and no other that runs beside it in the same process. */

/**
 * Runs a test while some variables have other values, for this test's file only.
 *
 * @param variables Their values; what is put in while the test runs counts from then on.
 * @param test The test.
 */
export async function withEnvironment(
  variables: Readonly<Record<string, string>>,
  test: () => void | Promise<void>,
): Promise<void> {
  const { get } = Deno.env;
  Deno.env.get = (name) => variables[name] ?? get.call(Deno.env, name);
  try {
    await test();
  } finally {
    Deno.env.get = get;
  }
}
