// The three engines and how each is started: a driver of its own, without a window that anybody sees.

import { accessSync, constants } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { until } from "../e2e/world.mjs";
import { startProgram } from "../providers/program.mjs";
import { startSession } from "./webdriver.mjs";

/** The program's path, by the first of these names that is installed. */
function find(...names) {
  const folders = [...(process.env.PATH ?? "").split(delimiter), join(homedir(), ".cargo/bin")];
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isProgram);
}

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** `start()` begins a session of WebDriver with an empty profile; `needs` are programs, by their names. */
const ENGINES = [
  {
    name: "Chromium",
    needs: [["chromedriver"], ["chromium"]],
    start: (chromedriver, chromium) =>
      startSession({
        command: chromedriver,
        args: (port) => [`--port=${port}`],
        capabilities: {
          "goog:chromeOptions": {
            binary: chromium,
            args: ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"],
          },
        },
      }),
  },
  {
    name: "Firefox",
    needs: [["geckodriver"], ["firefox-esr", "firefox"]],
    start: (geckodriver, firefox) =>
      startSession({
        command: geckodriver,
        args: (port) => ["--port", String(port), "--websocket-port", "0"], // any free one, not 9222
        capabilities: { "moz:firefoxOptions": { binary: firefox, args: ["-headless"] } },
      }),
  },
  {
    // MiniBrowser, which the driver knows where to find, has no headless mode: a display of its own.
    name: "WebKitGTK",
    needs: [["WebKitWebDriver"], ["Xvfb"]],
    async start(driver, xvfb) {
      const display = await startDisplay(xvfb);
      try {
        const session = await startSession({
          command: driver,
          args: (port) => [`--port=${port}`],
          env: { DISPLAY: display.name, WAYLAND_DISPLAY: undefined, GDK_BACKEND: "x11", NO_AT_BRIDGE: "1" },
          capabilities: {},
        });
        const end = () => session.end().finally(display.stop);
        return { ...session, end };
      } catch (error) {
        await display.stop();
        throw error;
      }
    },
  },
];

/** `{ name, missing, start() }`; `missing` says what is not installed, if anything. */
export const engines = ENGINES.map(({ name, needs, start }) => {
  const programs = needs.map((names) => find(...names));
  const missing = needs.filter((_, i) => !programs[i]).map((names) => names.join(" or ")).join(", ");
  return {
    name,
    missing: missing && `${name} is not there, lacking: ${missing} (bash tests/setup.sh chromium firefox webkit)`,
    start: () => start(...programs),
  };
});

// The X server chooses a number that is free and says it when it can be used.
async function startDisplay(xvfb) {
  const server = startProgram(xvfb, ["-displayfd", "1", "-screen", "0", "1280x1024x24", "-nolisten", "tcp"]);
  const number = () => server.log().match(/^\d+$/m)?.[0];
  try {
    await until(number);
    return { name: `:${number()}`, stop: server.stop };
  } catch (error) {
    await server.stop();
    throw new Error(`no display:\n${server.log()}`, { cause: error });
  }
}
