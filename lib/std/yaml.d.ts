export class YamlSyntaxError extends SyntaxError {
  line: number;
  column: number;
  offset: number;
}
export function parse(content: string, options?: { schema?: string; allowDuplicateKeys?: boolean }): unknown;
export function stringify(
  data: unknown,
  options?: { indent?: number; lineWidth?: number; skipInvalid?: boolean },
): string;
