/** A sound when an alarm opens that nobody has acknowledged. Off unless this browser was told otherwise. */

const KEPT = "dewar.sound";

let before: number | undefined;
let context: AudioContext | undefined;

const isOn = (): boolean => localStorage.getItem(KEPT) === "on";

/** Sounds if more alarms want somebody than before. */
export function soundFor(urgent: number): void {
  if (before !== undefined && urgent > before && isOn()) beep();
  before = urgent;
}

/** Two short tones, the second one lower: not a sound that instruments make. */
function beep(): void {
  context ??= new AudioContext();
  for (const [delay, pitch] of [[0, 880], [0.25, 660]] as const) {
    const tone = context.createOscillator();
    const volume = context.createGain();
    tone.frequency.value = pitch;
    volume.gain.value = 0.15;
    tone.connect(volume).connect(context.destination);
    tone.start(context.currentTime + delay);
    tone.stop(context.currentTime + delay + 0.18);
  }
}

/** Makes the switch work, where the page has one. */
export function wireSound(): void {
  const button = document.querySelector<HTMLButtonElement>(`[data-switch="sound"]`);
  if (!button) return;
  const show = () => {
    button.textContent = `Sound: ${isOn() ? "on" : "off"}`;
    button.setAttribute("aria-pressed", String(isOn()));
  };
  button.hidden = false;
  show();
  button.addEventListener("click", () => {
    localStorage.setItem(KEPT, isOn() ? "off" : "on");
    show();
    if (isOn()) beep();
  });
}
