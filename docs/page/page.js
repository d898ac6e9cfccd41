// The contract beside this page, to read and to try. Signing in through the page gives its token to every later call.
"use strict";

const dark = matchMedia("(prefers-color-scheme: dark)");
const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", follow);
follow();

const SIGNS_IN = /\/(auth|buyers|sellers)\/(login|register|signup|refresh)$/;

const ui = SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#contract",
  layout: "BaseLayout",
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  filter: true,
  tryItOutEnabled: true,
  validatorUrl: null,
  syntaxHighlight: { theme: "nord" },
  onComplete: () => document.getElementById("contract").removeAttribute("aria-busy"),
  responseInterceptor: (response) => {
    if (response.ok && SIGNS_IN.test(new URL(response.url, location).pathname) && response.body?.token) {
      ui.preauthorizeApiKey("accessToken", response.body.token);
    }
    return response;
  },
});
