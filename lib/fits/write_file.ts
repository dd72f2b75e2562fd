/** Writes files. @module */
import { FitsError } from "../errors.ts";
import { NewFile } from "../files/mod.ts";
import { type EncodeOptions, encoders, type HduInput } from "./encode_fits.ts";
import { encodedLength, encodeHdu, type HduEncoder } from "./hdu_encoder.ts";
import { ImageStream, type ImageStreamInput } from "./image_stream.ts";
import { type Pixels, pixelType } from "./pixels.ts";
import { WriteBehind } from "./write_behind.ts";

/** An image of more pixels than that is encoded while it is written. */
const LARGE = 512 * 1024;

/** Options of whatever writes a file. */
export interface WriteOptions extends EncodeOptions {
  /** Whether it may take the place of a file that is there (default: false). */
  overwrite?: boolean;
}

/**
 * Writes a file: under another name first, synced to the disk, then renamed. It never stands half-written under its
 * name, and never replaces a file unless that is asked for.
 *
 * @param path The file.
 * @param hdus Images and tables in their order.
 * @param options Checksums, overwriting.
 * @throws {FitsError} If one of them makes no HDU, if the file exists, if it cannot be written.
 */
export async function writeFits(
  path: string,
  hdus: Iterable<HduInput>,
  options: WriteOptions = {},
): Promise<void> {
  await using file = await FitsWriter.create(path, options);
  for (const hdu of hdus) await file.add(hdu);
  await file.finish();
}

/**
 * A file in the making, HDU by HDU, an image by pieces if it is to be. It appears under its name with
 * {@linkcode FitsWriter.finish}; disposed of before, it is removed.
 */
export class FitsWriter implements AsyncDisposable {
  readonly #file: NewFile;
  readonly #checksum: boolean;
  readonly #pieces: WriteBehind;
  #count = 0;
  #end = 0;
  #stream: { image: ImageStream; offset: number } | undefined;

  private constructor(file: NewFile, checksum: boolean) {
    this.#file = file;
    this.#checksum = checksum;
    this.#pieces = new WriteBehind((bytes) => this.#write(bytes));
  }

  /**
   * Begins a file.
   *
   * @param path What it will be called.
   * @param options Checksums, overwriting.
   * @throws {FitsError} If it exists already, or cannot be made.
   */
  static async create(path: string, options: WriteOptions = {}): Promise<FitsWriter> {
    const { overwrite = false, checksum = true } = options;
    const file = await told(path, () => NewFile.create(path, { overwrite }));
    return new FitsWriter(file, checksum);
  }

  /** Writes a whole HDU. */
  async add(hdu: HduInput): Promise<void> {
    await this.#endImage();
    const plain = plainImage(hdu);
    if (plain) return await this.#addByPieces(plain);
    for (const encoder of encoders([hdu], { checksum: this.#checksum, isFirst: this.#count === 0 })) {
      await this.#write(encoded(encoder));
      this.#count += 1;
    }
  }

  async #addByPieces({ pixels, ...image }: PlainImage): Promise<void> {
    await this.begin({ ...image, type: pixelType(pixels) });
    await this.write(pixels);
    await this.#endImage();
  }

  /** Begins an image; its pixels follow with {@linkcode FitsWriter.write}. */
  async begin(image: ImageStreamInput): Promise<void> {
    await this.#endImage();
    const stream = new ImageStream(image, this.#count === 0, this.#checksum);
    const offset = this.#end;
    await this.#write(stream.header());
    this.#stream = { image: stream, offset };
    this.#count += 1;
  }

  /**
   * Writes the next pixels of the image that was begun: they may be changed when it has resolved, and reach the disk while
   * the next ones are made. What goes wrong with that is told by the next call.
   *
   * @throws {FitsError} If none was, or the pixels are not what it is to have, or the file cannot be written.
   */
  async write(pixels: Pixels): Promise<void> {
    const image = this.#stream?.image;
    if (!image) throw new FitsError("no image has been begun", { file: this.#file.path });
    const step = WriteBehind.size / pixels.BYTES_PER_ELEMENT;
    for (let at = 0; at < pixels.length; at += step) {
      const piece = pixels.subarray(at, at + step);
      await this.#pieces.add(piece.byteLength, (target) => image.push(piece, target));
    }
  }

  /**
   * Completes the file and gives it its name.
   *
   * @throws {FitsError} If pixels are missing, or it cannot be written, or a file of its name has come in between.
   */
  async finish(): Promise<void> {
    await this.#endImage();
    await told(this.#file.path, () => this.#file.commit());
  }

  /** Removes the file if it is not complete. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pieces.stop();
    await this.#file[Symbol.asyncDispose]();
  }

  async #endImage(): Promise<void> {
    if (!this.#stream) return;
    const { image, offset } = this.#stream;
    await this.#pieces.finish();
    await this.#write(image.padding());
    this.#stream = undefined;
    if (!this.#checksum) return;
    const end = this.#end;
    await this.#file.file.seek(offset, Deno.SeekMode.Start);
    await this.#write(image.header());
    await this.#file.file.seek(end, Deno.SeekMode.Start);
    this.#end = end;
  }

  async #write(bytes: Uint8Array): Promise<void> {
    await told(this.#file.path, () => this.#file.write(bytes));
    this.#end += bytes.length;
  }
}

/** An image that is written as its pixels are. */
type PlainImage = Omit<ImageStreamInput, "type"> & { readonly pixels: Pixels };

/** The image of an HDU, where it is a plain one that is worth writing by pieces. */
function plainImage(hdu: HduInput): PlainImage | undefined {
  if ("columns" in hdu || hdu.compress || hdu.scaled || hdu.blank !== undefined) return undefined;
  const { pixels, shape, header, name } = hdu;
  if (pixels === undefined || shape === undefined || pixels.length < LARGE) return undefined;
  if (shape.reduce((product, length) => product * length, 1) !== pixels.length) return undefined; // told where it is encoded
  return { pixels, shape, ...header ? { header } : {}, ...name === undefined ? {} : { name } };
}

function encoded(hdu: HduEncoder): Uint8Array {
  const bytes = new Uint8Array(encodedLength(hdu));
  encodeHdu(hdu, bytes);
  return bytes;
}

/** Says of the system's errors which file they are about. */
async function told<T>(file: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) {
      throw new FitsError("it exists already and is not overwritten", { file }, { cause: error });
    }
    throw new FitsError(`it cannot be written: ${(error as Error).message}`, { file }, { cause: error });
  }
}
