// Light or dark, and kiosk, before anything is painted; no module, so that it runs at once.
{
  const theme = localStorage.getItem("dewar.theme");
  if (theme === "light" || theme === "dark") document.documentElement.style.colorScheme = theme;
  if (new URLSearchParams(location.search).has("kiosk")) document.documentElement.classList.add("kiosk");
}
