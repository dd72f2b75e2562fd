/** Makes a field of its layout. @module */
import { BitOutField, ExtOutField, MuxField, PosOutField } from "./bus_fields.ts";
import type { Field, FieldContext } from "./field.ts";
import { LutField, RegisterField, TimeField } from "./register_fields.ts";
import { TableField } from "./table_field.ts";

/**
 * Makes a field.
 *
 * @param context What it is made with.
 * @param places Its places on a bus, if it puts something on one.
 */
export function makeField(context: FieldContext, places: readonly number[]): Field {
  const { layout } = context;
  switch (layout.type) {
    case "param":
    case "read":
    case "write":
      if (layout.kind === "lut") return new LutField(context);
      return layout.kind === "time" ? new TimeField(context) : new RegisterField(context);
    case "time":
      return new TimeField(context);
    case "bit_out":
      return new BitOutField(context, places);
    case "pos_out":
      return new PosOutField(context, places);
    case "ext_out":
      return new ExtOutField(context);
    case "bit_mux":
    case "pos_mux":
      return new MuxField(context);
    case "table":
      return new TableField(context);
  }
}
