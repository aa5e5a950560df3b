/* Draws the OpenAPI document as a page on which requests can be tried, as whoever is signed in. */
(() => {
  "use strict";

  const place = document.getElementById("api-reference");

  const csrfToken = () =>
    document.cookie
      .split("; ")
      .find((pair) => pair.startsWith("csrftoken="))
      ?.slice("csrftoken=".length);

  window.SwaggerUIBundle({
    url: place.dataset.document,
    domNode: place,
    deepLinking: true,
    docExpansion: "list",
    defaultModelsExpandDepth: 0,
    displayRequestDuration: true,
    validatorUrl: null,
    presets: [window.SwaggerUIBundle.presets.apis],
    layout: "BaseLayout",
    requestInterceptor: (request) => {
      const token = csrfToken();
      const ours = new URL(request.url, location.href).origin === location.origin;
      if (token && ours && !["GET", "HEAD"].includes(request.method)) {
        request.headers["X-CSRFToken"] = token;
      }
      return request;
    },
  });
})();
