import account from "@/messages/en/account.json" with { type: "json" };
import canvas from "@/messages/en/canvas.json" with { type: "json" };
import connections from "@/messages/en/connections.json" with { type: "json" };
import data from "@/messages/en/data.json" with { type: "json" };
import home from "@/messages/en/home.json" with { type: "json" };
import models from "@/messages/en/models.json" with { type: "json" };
import params from "@/messages/en/params.json" with { type: "json" };
import runs from "@/messages/en/runs.json" with { type: "json" };
import settings from "@/messages/en/settings.json" with { type: "json" };
import shell from "@/messages/en/shell.json" with { type: "json" };
import studio from "@/messages/en/studio.json" with { type: "json" };
import ui from "@/messages/en/ui.json" with { type: "json" };

export const messages = { account, canvas, connections, data, home, models, params, runs, settings, shell, studio, ui };

declare module "use-intl" {
  interface AppConfig {
    Messages: typeof messages;
    Locale: "en";
  }
}
