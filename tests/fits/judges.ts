/** Programs of others that say whether a file is FITS. */
import { assertEquals } from "@std/assert";
import { fitsverify, funpack, pythonWith } from "../needs.ts";

/** astropy, in the Python of the tests. */
export const astropy = pythonWith("astropy");

/** All of them. */
export const judges = [fitsverify, funpack, astropy];

/** Runs a program and gives back what it said. */
export async function run(program: string, ...args: string[]): Promise<string> {
  const command = new Deno.Command(program, { args, stdout: "piped", stderr: "piped" });
  const { code, stdout, stderr } = await command.output();
  const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  if (code !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${code}:\n${said}`);
  return new TextDecoder().decode(stdout);
}

/** Opens with checksums, verifies against the standard, and tells what is in it. */
const JUDGE = `
import json, sys, warnings
import numpy
from astropy.io import fits
from astropy.io.fits.scripts import fitscheck
warnings.simplefilter("error")
found = []
with fits.open(sys.argv[1], checksum=True, disable_image_compression=False) as file:
    file.verify("exception")
    for hdu in file:
        data = hdu.data
        if data is None or getattr(data, "dtype", None) is None or data.dtype.fields:
            found.append(None)
            continue
        flat = numpy.asarray(data).ravel()
        found.append({
            "shape": list(data.shape)[::-1],
            "first": [None if v != v else str(v) for v in flat[:8].tolist()],
            "sum": float(numpy.nansum(flat.astype("float64"))),
        })
    if len(sys.argv) > 2:
        exec(sys.argv[2])
    # It finds no checksums in compressed images, not in those of fpack either.
    lenient = ["--ignore-missing"] if any(isinstance(hdu, fits.CompImageHDU) for hdu in file) else []
if fitscheck.main(["--compliance", *lenient, sys.argv[1]]) != 0:
    raise SystemExit("fitscheck found faults")
print(json.dumps(found))
`;

/** What astropy found in an HDU; null where it is no image. */
export type Found = { shape: number[]; first: (string | null)[]; sum: number } | null;

/**
 * Lets all of them judge a file: fitsverify, astropy with its checksums and every warning an error, and fitscheck.
 *
 * @param file The file's bytes.
 * @param python More Python to run, with `file` opened; it may print nothing and raise.
 */
export async function judge(file: Uint8Array, python = ""): Promise<Found[]> {
  const path = await Deno.makeTempFile({ suffix: ".fits" });
  try {
    await Deno.writeFile(path, file);
    await judgeFile(path);
    return JSON.parse(await run(astropy.found!, "-c", JUDGE, path, python));
  } finally {
    await Deno.remove(path);
  }
}

/** Lets fitsverify judge a file. */
export async function judgeFile(path: string): Promise<void> {
  const said = await run(fitsverify.found!, "-q", "-e", path);
  assertEquals(said.includes("verification OK"), true, said);
}
