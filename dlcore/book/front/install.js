// The line that installs the wheel names the address at which this book lies, be it on a host or on a disk.
(() => {
  "use strict";
  const { href } = document.querySelector("a.wheel");
  for (const line of document.querySelectorAll(".wheel-line pre")) line.textContent = `%pip install ${href}`;
})();
