/** What images tell of the detector that took them. @module */
export {
  type FramePair,
  type Measured,
  type PhotonTransfer,
  photonTransfer,
  type PhotonTransferOptions,
} from "./photon_transfer.ts";
export { type AmplifierImage, amplifierImages } from "./amplifiers.ts";
export { meanOf, type Plane, type Rect, type Spread, spreadOfDifference } from "./statistics.ts";
