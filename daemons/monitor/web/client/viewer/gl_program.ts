/** Programs of the graphics card. */
import { VERTEX } from "./shaders.ts";

/** A program and its uniforms' places. */
export class Program {
  readonly gl: WebGL2RenderingContext;
  readonly #program: WebGLProgram;
  readonly #places = new Map<string, WebGLUniformLocation | null>();

  constructor(gl: WebGL2RenderingContext, fragment: string) {
    this.gl = gl;
    this.#program = gl.createProgram();
    const parts = [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, fragment]] as const;
    for (const [kind, source] of parts) {
      const shader = gl.createShader(kind)!;
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      gl.attachShader(this.#program, shader);
    }
    gl.linkProgram(this.#program);
    if (gl.getProgramParameter(this.#program, gl.LINK_STATUS)) return;
    const logs = gl.getAttachedShaders(this.#program)!.map((shader) => gl.getShaderInfoLog(shader));
    throw new Error(`The graphics card refuses a program: ${logs.join(" ")}`);
  }

  use(): this {
    this.gl.useProgram(this.#program);
    return this;
  }

  at(name: string): WebGLUniformLocation | null {
    let place = this.#places.get(name);
    if (place === undefined) this.#places.set(name, place = this.gl.getUniformLocation(this.#program, name));
    return place;
  }
}
